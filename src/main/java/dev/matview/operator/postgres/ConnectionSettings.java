package dev.matview.operator.postgres;

import dev.matview.operator.net.Password;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All that makes a connection what it is. Two that are equal share one pool; one that differs in anything, the password
 * too, does not: nobody rides on another's password.
 *
 * @param hosts at least one; of several the primary is used
 * @param channelBinding libpq's {@code channel_binding} (disable, prefer or require), or null for the driver's default
 */
public record ConnectionSettings(
        List<HostPort> hosts,
        String database,
        String user,
        Password password,
        TlsSettings tls,
        @Nullable String channelBinding) {

    public ConnectionSettings {
        hosts = List.copyOf(hosts);
    }

    /** The addresses as messages name them. */
    public String address() {
        return hosts.stream().map(HostPort::toString).collect(Collectors.joining(","));
    }

    /** Addresses and database, without the user: what metrics and logs name a database by. */
    public String target() {
        return address() + "/" + database;
    }
}
