package dev.matview.operator.hook;

import dev.matview.operator.net.AllowedHosts;
import dev.matview.operator.net.Certificates;
import dev.matview.operator.net.Deadline;
import dev.matview.operator.net.OwnAddresses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * Connects to hosts that are allowed. Clients that look a name up by themselves give no say in the address, so this is
 * done here, once: the address that is judged is the one that is connected to, whatever the name becomes.
 *
 * @param allowed the hosts that hooks may name; none: no host at all
 * @param allowLoopback whether the operator's own machine may be connected to: for development alone
 */
public record Dialer(AllowedHosts allowed, boolean allowLoopback) {

    /**
     * Connects, and shakes hands where TLS is asked for.
     *
     * @throws HookFailedException when that will not work another time either
     * @throws IOException when it may
     */
    Wire open(Peer peer, Deadline end) throws HookFailedException, IOException {
        if (!allowed.names(peer.host())) {
            throw new HookFailedException("host \"" + peer.host() + "\" is not one that hooks may connect to: have"
                    + " whoever runs the operator add it to MATVIEW_ALLOWED_HOOK_HOSTS (hooks.allowedHosts of the"
                    + " chart)");
        }
        Socket socket = connect(peer, end);
        var wire = new Wire(socket, end);
        try {
            return peer.tls() ? wire.over(handshake(socket, peer)) : wire;
        } catch (IOException | HookFailedException | RuntimeException e) {
            wire.close();
            throw e;
        }
    }

    private Socket connect(Peer peer, Deadline end) throws HookFailedException, IOException {
        IOException last = new IOException("no address");
        for (InetAddress address : InetAddress.getAllByName(peer.host())) {
            if (!allowLoopback && OwnAddresses.include(address)) {
                throw new HookFailedException("host \"" + peer.host() + "\" is a loopback or link-local address, which"
                        + " hooks do not connect to: name it by an address that other machines use");
            }
            var socket = new Socket();
            try {
                int millis = Math.toIntExact(Math.max(1, end.remaining().toMillis()));
                // A command that is longer than a packet would wait for an answer to its first part.
                socket.setTcpNoDelay(true);
                socket.connect(new InetSocketAddress(address, peer.port()), millis);
                return socket;
            } catch (IOException e) {
                socket.close();
                last = e;
            }
        }
        throw last;
    }

    private static Socket handshake(Socket socket, Peer peer) throws HookFailedException, IOException {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, Certificates.trustManagers(peer.authorities()), null);
            var secured = (SSLSocket) context.getSocketFactory().createSocket(socket, peer.host(), peer.port(), true);
            SSLParameters parameters = secured.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            secured.setSSLParameters(parameters);
            secured.startHandshake();
            return secured;
        } catch (CertificateException e) {
            throw new HookFailedException("the value that its ca names holds no certificate in PEM form");
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS", e);
        }
    }
}
