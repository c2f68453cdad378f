package dev.matview.operator.postgres;

import dev.matview.operator.api.Reason;
import dev.matview.operator.net.AllowedHosts;
import java.time.Duration;
import java.util.List;

/**
 * What the one who runs the operator decides about every connection.
 *
 * @param requireAuth the methods that a server may ask a password with, as libpq's {@code require_auth}; the default,
 *     {@code scram-sha-256}, gives nothing away to a server that is not the right one
 * @param allowedHosts the hosts that may be connected to at all
 * @param allowLoopback whether loopback and link-local addresses may be connected to
 * @param connectTimeout bound on one attempt to connect, and on each answer until a statement sets its own
 */
public record ConnectionPolicy(
        String requireAuth, AllowedHosts allowedHosts, boolean allowLoopback, Duration connectTimeout) {

    /**
     * Checks every host of a list, as any of them may be connected to.
     *
     * @throws FailureException of reason HostRefused that names the first one that is not allowed
     */
    void check(List<HostPort> hosts) throws FailureException {
        for (HostPort host : hosts) {
            if (!allowedHosts.allows(host.host())) {
                throw new FailureException(new Failure(
                        Reason.HOST_REFUSED,
                        "this operator may not connect to host \"" + host.host()
                                + "\": use one that it may, or have whoever runs it add this one to"
                                + " MATVIEW_ALLOWED_DATABASE_HOSTS"));
            }
        }
    }
}
