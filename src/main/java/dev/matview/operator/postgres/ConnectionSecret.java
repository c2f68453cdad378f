package dev.matview.operator.postgres;

import dev.matview.operator.api.DatabaseSpec;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.TlsMode;
import dev.matview.operator.net.Password;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes connection settings from a Secret's keys, in the forms of CloudNativePG, Crunchy and Zalando: {@code uri} or
 * {@code jdbc-uri}, else {@code host}, {@code port}, {@code dbname} or {@code database}, {@code user} or
 * {@code username}, and {@code password}. What the Secret lacks comes from the resource; what it gives, the resource may
 * only repeat, unless the Secret itself allows more: else whoever may create resources could have the password sent to a
 * host of their own.
 */
public final class ConnectionSecret {
    private static final String ANY_DATABASE = "*";

    private final String name;
    private final Map<String, String> values;
    private final boolean mayOverride;

    /**
     * @param name the Secret's, for messages
     * @param values the Secret's keys and decoded values
     * @param mayOverride whether the Secret allows resources to replace its host, port and database name
     */
    public ConnectionSecret(String name, Map<String, String> values, boolean mayOverride) {
        this.name = name;
        this.values = Map.copyOf(values);
        this.mayOverride = mayOverride;
    }

    /**
     * The settings for a resource.
     *
     * @param tls as the resource asks for; a stronger {@code sslmode} of the Secret's URI raises it
     * @throws FailureException of reason SecretInvalid or OverrideRefused
     */
    public ConnectionSettings settings(DatabaseSpec database, TlsSettings tls) throws FailureException {
        String text = first("uri", "jdbc-uri");
        ConnectionUri uri =
                text == null ? new ConnectionUri(List.of(), null, null, null, null, null) : ConnectionUri.parse(text);
        String given = or(uri.database(), first("dbname", "database"));
        // CloudNativePG's Secret of the superuser says so, as a .pgpass file does.
        String name = override("name", ANY_DATABASE.equals(given) ? null : given, database.name());
        return new ConnectionSettings(
                hosts(uri, database),
                required(name, "a database name: set spec.database.name or the Secret's key dbname"),
                required(or(uri.user(), first("user", "username")), "a user: set the Secret's key username"),
                new Password(password(uri, tls)),
                uri.sslMode() == null ? tls : tls.atLeast(tlsMode(uri.sslMode())),
                uri.channelBinding());
    }

    private String password(ConnectionUri uri, TlsSettings tls) throws FailureException {
        String password = uri.password() != null ? uri.password().value() : values.get("password");
        // A client certificate stands for the password.
        return password == null && tls.clientCertificate() != null
                ? ""
                : required(password, "a password: set the Secret's key password");
    }

    private List<HostPort> hosts(ConnectionUri uri, DatabaseSpec database) throws FailureException {
        String secretHosts = uri.hosts().isEmpty()
                ? first("host")
                : String.join(",", uri.hosts().stream().map(HostPort::host).toList());
        String hosts = required(
                override("host", secretHosts, database.host()),
                "a host: set spec.database.host or the Secret's key host");
        List<Integer> ports = ports(uri, database.port());
        List<String> names = List.of(hosts.split(",", -1));
        if (ports.size() > 1 && ports.size() != names.size()) {
            throw invalid("it has " + names.size() + " hosts but " + ports.size() + " ports");
        }
        var result = new ArrayList<HostPort>();
        for (int i = 0; i < names.size(); i++) {
            String host = names.get(i).strip();
            if (!host.matches("[^\\s/\\\\?#@\\[\\]]+")) {
                throw invalid("its host is not a host name or address (sockets in the file system can't be used)");
            }
            result.add(new HostPort(host, ports.get(ports.size() == 1 ? 0 : i)));
        }
        return result;
    }

    private List<Integer> ports(ConnectionUri uri, @Nullable Integer wanted) throws FailureException {
        var given = new ArrayList<Integer>();
        for (HostPort host : uri.hosts()) {
            given.add(host.port() == 0 ? Ports.POSTGRESQL : host.port());
        }
        boolean named = uri.hosts().stream().anyMatch(h -> h.port() != 0);
        String port = first("port");
        if (!named && port != null) {
            given.clear();
            named = true;
            for (String part : port.split(",", -1)) {
                given.add(Ports.parse(part));
            }
        }
        if (wanted == null) {
            return given.isEmpty() ? List.of(Ports.POSTGRESQL) : given;
        }
        if (named && !mayOverride && given.stream().anyMatch(p -> !p.equals(wanted))) {
            throw refused("port");
        }
        return List.of(wanted);
    }

    private @Nullable String override(String field, @Nullable String given, @Nullable String wanted)
            throws FailureException {
        if (given == null || wanted == null) {
            return or(wanted, given);
        }
        if (!mayOverride && !Objects.equals(given, wanted)) {
            throw refused(field);
        }
        return wanted;
    }

    private @Nullable String first(String... keys) {
        for (String key : keys) {
            String value = values.get(key);
            if (value != null && !value.isBlank()) {
                return value.strip();
            }
        }
        return null;
    }

    private static @Nullable String or(@Nullable String value, @Nullable String other) {
        return value != null ? value : other;
    }

    private static TlsMode tlsMode(String sslMode) {
        return switch (sslMode) {
            case "require" -> TlsMode.REQUIRE;
            case "verify-ca" -> TlsMode.VERIFY_CA;
            case "verify-full" -> TlsMode.VERIFY_FULL;
            default -> TlsMode.DISABLE;
        };
    }

    private String required(@Nullable String value, String what) throws FailureException {
        if (value == null || value.isEmpty()) {
            throw invalid("it lacks " + what);
        }
        if (value.indexOf('\0') >= 0) {
            throw invalid("a value holds the character NUL");
        }
        return value;
    }

    private FailureException invalid(String why) {
        return new FailureException(
                new Failure(Reason.SECRET_INVALID, "Secret \"" + name + "\" can't be used: " + why));
    }

    private static FailureException refused(String field) {
        return new FailureException(new Failure(
                Reason.OVERRIDE_REFUSED,
                "spec.database." + field
                        + " differs from the Secret's: remove it, or let whoever owns the Secret annotate"
                        + " it with matview.dev/allow-override: \"true\""));
    }
}
