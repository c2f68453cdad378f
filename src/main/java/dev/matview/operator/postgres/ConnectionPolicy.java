package dev.matview.operator.postgres;

import java.time.Duration;

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
        String requireAuth, AllowedHosts allowedHosts, boolean allowLoopback, Duration connectTimeout) {}
