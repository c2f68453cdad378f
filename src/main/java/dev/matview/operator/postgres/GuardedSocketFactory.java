package dev.matview.operator.postgres;

import dev.matview.operator.net.OwnAddresses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import javax.net.SocketFactory;
import jdk.net.ExtendedSocketOptions;

/**
 * Makes the driver's sockets. A loopback or link-local address is refused after the name was resolved, when nobody can
 * change it any more; a peer that is gone is noticed within half a minute also while a long statement runs.
 */
public final class GuardedSocketFactory extends SocketFactory {
    static final String ALLOW_LOOPBACK = "allow-loopback";

    private final boolean allowLoopback;

    /** Called by the driver with its property {@code socketFactoryArg}. */
    public GuardedSocketFactory(String argument) {
        allowLoopback = argument.equals(ALLOW_LOOPBACK);
    }

    @Override
    public Socket createSocket() {
        return new Socket() {
            @Override
            public void connect(SocketAddress endpoint, int timeout) throws IOException {
                refuseLoopback(endpoint);
                super.connect(endpoint, timeout);
                setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 10);
                setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 5);
                setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 4);
            }
        };
    }

    private void refuseLoopback(SocketAddress endpoint) throws IOException {
        if (!allowLoopback && endpoint instanceof InetSocketAddress inet && inet.getAddress() != null) {
            if (OwnAddresses.include(inet.getAddress())) {
                throw new RefusedAddressException();
            }
        }
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw new UnsupportedOperationException("sockets are created unconnected");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
        throw new UnsupportedOperationException("sockets are created unconnected");
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw new UnsupportedOperationException("sockets are created unconnected");
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
        throw new UnsupportedOperationException("sockets are created unconnected");
    }

    /** The address is the operator's own machine, or its link. */
    static final class RefusedAddressException extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
