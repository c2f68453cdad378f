package dev.matview.operator.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.DriverDataSource;
import dev.matview.operator.api.TlsMode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.postgresql.PGProperty;

/** The one place that turns settings into a pool, with a bound on everything. */
final class ConnectionPool {
    private ConnectionPool() {}

    /**
     * Opens a pool with its first connection: its one login tells the real cause when it fails.
     *
     * @param size the most connections that it has at once
     * @throws RuntimeException with the driver's exception in its chain of causes
     */
    static HikariDataSource open(ConnectionSettings settings, ConnectionPolicy policy, int size) {
        var config = new HikariConfig();
        config.setDataSource(new DriverDataSource(
                url(settings),
                org.postgresql.Driver.class.getName(),
                properties(settings, policy),
                settings.user(),
                settings.password().value()));
        config.setPoolName("matview-" + Integer.toHexString(System.identityHashCode(config)));
        config.setMaximumPoolSize(size);
        // With none, the pool would close its first connection again, and log in twice for the first lease.
        config.setMinimumIdle(1);
        config.setConnectionTimeout(policy.connectTimeout().toMillis() * 2);
        config.setValidationTimeout(policy.connectTimeout().toMillis());
        config.setInitializationFailTimeout(1);
        var pool = new HikariDataSource(config);
        pool.setMinimumIdle(0);
        return pool;
    }

    private static String url(ConnectionSettings settings) {
        return "jdbc:postgresql://" + settings.address() + "/"
                + URLEncoder.encode(settings.database(), StandardCharsets.UTF_8);
    }

    private static Properties properties(ConnectionSettings settings, ConnectionPolicy policy) {
        String seconds = Long.toString(policy.connectTimeout().toSeconds());
        var properties = new Properties();
        PGProperty.CONNECT_TIMEOUT.set(properties, seconds);
        PGProperty.SOCKET_TIMEOUT.set(properties, seconds);
        PGProperty.CANCEL_SIGNAL_TIMEOUT.set(properties, seconds);
        PGProperty.LOGIN_TIMEOUT.set(properties, 0);
        PGProperty.APPLICATION_NAME.set(properties, "matview-operator");
        // With it the name is part of the login, and not a statement of its own.
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "14");
        // Behind a transaction pooler the next statement may reach another session.
        PGProperty.PREPARE_THRESHOLD.set(properties, 0);
        // Server messages quote rows and end up in exceptions' texts.
        PGProperty.LOG_SERVER_ERROR_DETAIL.set(properties, false);
        PGProperty.SOCKET_FACTORY.set(properties, GuardedSocketFactory.class.getName());
        PGProperty.SOCKET_FACTORY_ARG.set(
                properties, policy.allowLoopback() ? GuardedSocketFactory.ALLOW_LOOPBACK : "");
        if (settings.hosts().size() > 1) {
            PGProperty.TARGET_SERVER_TYPE.set(properties, "primary");
            // What the driver remembers of each host is wrong after a failover, and it would pass over a host at which
            // any login has failed of late, whoever's it was.
            PGProperty.HOST_RECHECK_SECONDS.set(properties, 0);
        }
        if (settings.channelBinding() != null) {
            PGProperty.CHANNEL_BINDING.set(properties, settings.channelBinding());
        }
        authentication(properties, settings.tls(), policy);
        return properties;
    }

    private static void authentication(Properties properties, TlsSettings tls, ConnectionPolicy policy) {
        boolean certificate = tls.clientCertificate() != null && tls.clientKey() != null;
        // A server that knows the client by its certificate asks for nothing more.
        PGProperty.REQUIRE_AUTH.set(properties, policy.requireAuth() + (certificate ? ",none" : ""));
        PGProperty.SSL_MODE.set(
                properties,
                switch (tls.mode()) {
                    case DISABLE -> "disable";
                    case REQUIRE -> "require";
                    case VERIFY_CA -> "verify-ca";
                    case VERIFY_FULL -> "verify-full";
                });
        if (tls.mode() == TlsMode.DISABLE) {
            return;
        }
        PGProperty.SSL_FACTORY.set(properties, PemSocketFactory.class.getName());
        if (tls.authorities() != null) {
            properties.setProperty(PemSocketFactory.AUTHORITIES, tls.authorities());
        }
        if (tls.clientCertificate() != null && tls.clientKey() != null) {
            properties.setProperty(PemSocketFactory.CLIENT_CERTIFICATE, tls.clientCertificate());
            properties.setProperty(PemSocketFactory.CLIENT_KEY, tls.clientKey().value());
        }
    }
}
