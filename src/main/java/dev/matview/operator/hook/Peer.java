package dev.matview.operator.hook;

import org.jspecify.annotations.Nullable;

/**
 * Whom a hook talks to.
 *
 * @param host a name or address, without brackets
 * @param tls whether over TLS, with a certificate that is trusted and names the host
 * @param authorities the trusted certificates as PEM, or null for those that the Java runtime trusts
 */
public record Peer(
        String host, int port, boolean tls, @Nullable String authorities) {

    /** Host and port as URLs have them. */
    String address() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
