package dev.matview.operator.hook;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;

/** What it means that a peer could not be talked to, in our own words: its answers and the runtime's texts are nobody's business. */
final class Trouble {
    private Trouble() {}

    /** As the end of a sentence that begins with the peer's address. */
    static String of(IOException thrown, boolean tls) {
        return switch (thrown) {
            case UnknownHostException _ -> "its name is not known: check the host, and the cluster's DNS";
            case ConnectException _, NoRouteToHostException _ ->
                "it refuses the connection: check host and port, and that the server is running";
            case SSLException _ ->
                "the TLS handshake failed, or its certificate is for another name or not issued by a trusted authority:"
                        + " check host and port, and set ca to the certificate of the authority that issued it";
            case OutOfTurnException _ -> "it does not answer as such a server does: check host, port and TLS";
            default ->
                "it does not answer in time, or ends the connection: check host and port, "
                        + (tls ? "" : "whether it expects TLS, ") + "network policies and firewalls";
        };
    }

    /** The peer says what does not belong into the protocol. */
    static final class OutOfTurnException extends IOException {
        private static final long serialVersionUID = 1L;

        OutOfTurnException() {
            super("not in the protocol");
        }
    }
}
