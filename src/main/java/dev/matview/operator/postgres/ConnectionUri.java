package dev.matview.operator.postgres;

import dev.matview.operator.api.Reason;
import dev.matview.operator.net.Password;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a connection URI, of libpq's form (PostgreSQL manual, section 34.1.1.2) or of the JDBC driver's. The
 * driver is only ever given the parts: a JDBC URL can name classes to load and files to write, so a parameter that is
 * not on the short list is refused by name.
 *
 * @param hosts empty when the URI names none; a port of 0 when it names none
 */
record ConnectionUri(
        List<HostPort> hosts,
        @Nullable String database,
        @Nullable String user,
        @Nullable Password password,
        @Nullable String sslMode,
        @Nullable String channelBinding) {

    private static final Set<String> SSL_MODES =
            Set.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");
    private static final Set<String> CHANNEL_BINDINGS = Set.of("disable", "prefer", "require");

    /** The operator always asks for the primary: what asks for it too, or does not care, is welcome. */
    private static final Set<String> PRIMARY = Set.of("any", "primary", "read-write", "master");

    /**
     * Reads a URI; its text, which holds a password, is in no message.
     *
     * @throws FailureException of reason SecretInvalid when it is no such URI or has a parameter that is not allowed
     */
    static ConnectionUri parse(String text) throws FailureException {
        boolean jdbc = text.startsWith("jdbc:");
        String uri = jdbc ? text.substring("jdbc:".length()) : text;
        int scheme = uri.indexOf("://");
        if (scheme < 0 || !Set.of("postgresql", "postgres").contains(uri.substring(0, scheme))) {
            throw invalid("it must start with postgresql:// or jdbc:postgresql://");
        }
        String rest = uri.substring(scheme + 3);
        int at = endOfCredentials(rest);
        String credentials = at < 0 ? "" : rest.substring(0, at);
        rest = rest.substring(at + 1);
        int question = rest.indexOf('?');
        Map<String, String> parameters = question < 0 ? Map.of() : parameters(rest.substring(question + 1), jdbc);
        String beforeQuestion = question < 0 ? rest : rest.substring(0, question);
        int slash = beforeQuestion.indexOf('/');
        String authority = slash < 0 ? beforeQuestion : beforeQuestion.substring(0, slash);
        String path = slash < 0 ? "" : decode(beforeQuestion.substring(slash + 1), jdbc);

        int colon = credentials.indexOf(':');
        String user = decode(colon < 0 ? credentials : credentials.substring(0, colon), jdbc);
        String password = colon < 0 ? null : decode(credentials.substring(colon + 1), jdbc);
        password = parameters.getOrDefault("password", password);
        return new ConnectionUri(
                hosts(authority, jdbc),
                path.isEmpty() ? null : path,
                parameters.getOrDefault("user", user).isEmpty() ? null : parameters.getOrDefault("user", user),
                password == null ? null : new Password(password),
                parameters.get("sslmode"),
                parameters.containsKey("channel_binding")
                        ? parameters.get("channel_binding")
                        : parameters.get("channelBinding"));
    }

    /** As libpq does it: a password may hold a '?', but neither '@' nor '/'. */
    private static int endOfCredentials(String rest) {
        int at = rest.indexOf('@');
        int slash = rest.indexOf('/');
        return slash >= 0 && slash < at ? -1 : at;
    }

    private static Map<String, String> parameters(String query, boolean jdbc) throws FailureException {
        var parameters = new HashMap<String, String>();
        for (String parameter : query.split("&", -1)) {
            if (parameter.isEmpty()) {
                continue;
            }
            int equals = parameter.indexOf('=');
            String name = decode(equals < 0 ? parameter : parameter.substring(0, equals), jdbc);
            String value = equals < 0 ? "" : decode(parameter.substring(equals + 1), jdbc);
            check(name, value, query);
            parameters.put(name, value);
        }
        return parameters;
    }

    private static void check(String name, String value, String query) throws FailureException {
        boolean known =
                switch (name) {
                    case "user", "password" -> true;
                    case "sslmode" -> SSL_MODES.contains(value);
                    case "channel_binding", "channelBinding" -> CHANNEL_BINDINGS.contains(value);
                    case "target_session_attrs", "targetServerType" -> PRIMARY.contains(value);
                    // What connection poolers need; the operator never uses server-side prepared statements.
                    case "prepareThreshold" -> value.equals("0");
                    default ->
                        throw invalid("its parameter " + printable(name, query)
                                + " is not allowed: remove it (allowed: user, password, sslmode, channel_binding,"
                                + " target_session_attrs, targetServerType, prepareThreshold)");
                };
        if (!known) {
            throw invalid("the value of its parameter '" + name + "' is not one that can be used here");
        }
    }

    private static List<HostPort> hosts(String text, boolean jdbc) throws FailureException {
        var hosts = new ArrayList<HostPort>();
        for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            int bracket = part.startsWith("[") ? part.indexOf(']') : -1;
            int colon = part.indexOf(':', Math.max(bracket, 0));
            String host =
                    bracket > 0 ? part.substring(1, bracket) : part.substring(0, colon < 0 ? part.length() : colon);
            String port = colon < 0 ? "" : part.substring(colon + 1);
            if (host.isEmpty() || (part.startsWith("[") && bracket < 0)) {
                throw invalid("its list of hosts has an entry without a name");
            } else if (bracket > 0 && bracket + 1 != (colon < 0 ? part.length() : colon)) {
                throw invalid("its list of hosts has an address in brackets that more follows than a port");
            }
            hosts.add(new HostPort(decode(host, jdbc), port.isEmpty() ? 0 : Ports.parse(port)));
        }
        return hosts;
    }

    private static String decode(String text, boolean jdbc) throws FailureException {
        try {
            // A plus sign is a space for the JDBC driver and itself for libpq.
            return URLDecoder.decode(jdbc ? text : text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw invalid("it holds a '%' that is not followed by two hexadecimal digits; write '%25' for itself");
        }
    }

    /** A password that was not encoded may have become a parameter: only what looks like a name is shown. */
    private static String printable(String name, String query) {
        return !query.contains("@") && name.matches("[A-Za-z0-9_.-]{1,40}")
                ? "'" + name + "'"
                : "(not shown: if it is part of the password, write '/' as '%2F' and '@' as '%40')";
    }

    private static FailureException invalid(String why) {
        return new FailureException(new Failure(Reason.SECRET_INVALID, "the Secret's URI can't be used: " + why));
    }
}
