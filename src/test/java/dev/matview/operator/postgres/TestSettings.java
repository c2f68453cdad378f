package dev.matview.operator.postgres;

import dev.matview.operator.api.TlsMode;
import dev.matview.operator.net.AllowedHosts;
import dev.matview.operator.net.Password;
import dev.matview.operator.testing.PostgresServer;
import dev.matview.operator.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Connection settings for the servers of the tests. */
public final class TestSettings {
    private TestSettings() {}

    /** As the operator's own, but that loopback is allowed. */
    public static ConnectionPolicy policy(Duration connectTimeout) {
        return new ConnectionPolicy("scram-sha-256", AllowedHosts.ALL, true, connectTimeout);
    }

    /** Connections whose idle pools are closed at once. */
    public static Connections connections() {
        return new Connections(policy(Duration.ofSeconds(20)), Duration.ZERO);
    }

    /** The database's own role, with the certificate and the host's name verified. */
    public static ConnectionSettings of(TestDatabase database) {
        return of(database, new HostPort("127.0.0.1", database.server().port()));
    }

    /** The same by other addresses. */
    public static ConnectionSettings of(TestDatabase database, HostPort... hosts) {
        return of(database, tls(TlsMode.VERIFY_FULL, database.server().caPem()), hosts);
    }

    /** The same with other TLS settings. */
    public static ConnectionSettings of(TestDatabase database, TlsSettings tls, HostPort... hosts) {
        return new ConnectionSettings(
                List.of(hosts), database.name(), database.user(), new Password(database.password()), tls, null);
    }

    /** Another role, or a wrong password. */
    public static ConnectionSettings of(TestDatabase database, String user, String password) {
        return with(of(database), user, password);
    }

    /** The settings with another user and password. */
    public static ConnectionSettings with(ConnectionSettings settings, String user, String password) {
        return new ConnectionSettings(
                settings.hosts(),
                settings.database(),
                user,
                new Password(password),
                settings.tls(),
                settings.channelBinding());
    }

    /** Without TLS, to whatever listens there; the user and the database are {@code app}. */
    public static ConnectionSettings plain(HostPort... hosts) {
        return new ConnectionSettings(
                List.of(hosts), "app", "app", new Password("sesame"), tls(TlsMode.DISABLE, null), null);
    }

    /** TLS settings without a client certificate. */
    public static TlsSettings tls(TlsMode mode, @Nullable String authorities) {
        return new TlsSettings(mode, authorities, null, null);
    }

    /** Where the server's certificate names the host. */
    public static HostPort at(PostgresServer server) {
        return new HostPort(server.host(), server.port());
    }
}
