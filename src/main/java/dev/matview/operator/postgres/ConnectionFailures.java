package dev.matview.operator.postgres;

import dev.matview.operator.api.Reason;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What it means that a connection could not be opened. */
final class ConnectionFailures {
    private ConnectionFailures() {}

    static Failure of(Throwable thrown, ConnectionSettings settings) {
        String server = settings.address();
        if (cause(thrown, GuardedSocketFactory.RefusedAddressException.class) != null) {
            return new Failure(
                    Reason.HOST_REFUSED,
                    server + " is a loopback or link-local address, which the operator does not connect to: name the"
                            + " server by an address that other machines use");
        }
        if (cause(thrown, UnknownHostException.class) != null) {
            return new Failure(
                    Reason.UNREACHABLE,
                    "the host of " + server + " is not known: check its name, and the cluster's DNS");
        }
        SQLException sql = cause(thrown, SQLException.class);
        String state = sql == null ? null : deepest(sql).getSQLState();
        if (cause(thrown, SSLException.class) != null || cause(thrown, GeneralSecurityException.class) != null) {
            return tls(
                    server,
                    "the TLS handshake failed, or the server's certificate is not issued by a trusted"
                            + " authority: set spec.database.tls.ca to the certificate of the authority that issued it");
        }
        return fromState(state, sql, thrown, settings);
    }

    private static Failure fromState(
            @Nullable String state, @Nullable SQLException sql, Throwable thrown, ConnectionSettings settings) {
        String server = settings.address();
        String text = sql == null ? "" : String.valueOf(deepest(sql).getMessage());
        return switch (state == null ? "" : state) {
            case "28P01", "28000" ->
                new Failure(
                        Reason.AUTHENTICATION_FAILED,
                        "the server " + server + " refused user \"" + settings.user() + "\" for database \""
                                + settings.database() + "\": check user and password in the Secret"
                                + (settings.password().value().endsWith("\n")
                                        ? " (its password ends with a line break, which counts)"
                                        : "")
                                + ", and the server's pg_hba.conf",
                        state);
            case "3D000" ->
                new Failure(
                        Reason.DATABASE_MISSING,
                        "database \"" + settings.database() + "\" does not exist on " + server
                                + ": check the Secret's dbname or spec.database.name",
                        state);
            case "53300" ->
                new Failure(
                        Reason.TOO_MANY_CONNECTIONS,
                        server + " has no connection left for user \"" + settings.user()
                                + "\": raise max_connections or the role's CONNECTION LIMIT",
                        state);
            case "57P01", "57P02", "57P03" ->
                new Failure(Reason.UNREACHABLE, server + " is starting up or shutting down", state);
            case "42501" ->
                new Failure(
                        Reason.PERMISSION_DENIED,
                        "user \"" + settings.user() + "\" may not connect to database \"" + settings.database()
                                + "\": GRANT CONNECT ON DATABASE to it",
                        state);
            default -> fromDriver(text, thrown, settings, state);
        };
    }

    /** The driver's own errors have few states; the words looked for are names of its options, never translated. */
    private static Failure fromDriver(
            String text, Throwable thrown, ConnectionSettings settings, @Nullable String state) {
        String server = settings.address();
        if (text.contains("requireAuth")) {
            return new Failure(
                    Reason.WEAK_AUTHENTICATION,
                    "the server " + server + " does not ask for the password by SCRAM, so it was not given: set"
                            + " password_encryption = scram-sha-256, set the password anew and use scram-sha-256 in"
                            + " pg_hba.conf");
        } else if (text.contains("HostnameVerifier")) {
            return tls(
                    server,
                    "its certificate is for another name: use the name that is in it as host, have one issued for this"
                            + " name, or set spec.database.tls.mode to VerifyCA");
        } else if (text.contains("SSL")) {
            return tls(
                    server,
                    "it does not offer TLS: switch it on (ssl = on), or set spec.database.tls.mode to Disable where"
                            + " the network is trusted");
        } else if (text.contains("targetServerType")) {
            return new Failure(Reason.NOT_PRIMARY, "none of the hosts " + server + " is a primary that answers");
        }
        return new Failure(Reason.UNREACHABLE, unreachable(server, thrown), state);
    }

    private static String unreachable(String server, Throwable thrown) {
        if (cause(thrown, SocketTimeoutException.class) != null) {
            return server + " does not answer: check host and port, network policies and firewalls";
        } else if (cause(thrown, ConnectException.class) != null
                || cause(thrown, NoRouteToHostException.class) != null) {
            return server + " refuses the connection: check host and port, and that the server is running";
        }
        return server + " can't be reached, or closed the connection: check that it is a PostgreSQL server and running";
    }

    private static Failure tls(String server, String why) {
        return new Failure(Reason.TLS_FAILED, "no TLS connection to " + server + ": " + why);
    }

    private static SQLException deepest(SQLException e) {
        SQLException result = e;
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof SQLException sql) {
                result = sql;
            }
        }
        return result;
    }

    private static <T extends Throwable> @Nullable T cause(Throwable thrown, Class<T> type) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return type.cast(t);
            }
        }
        return null;
    }
}
