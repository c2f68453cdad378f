package dev.matview.operator.hook;

import dev.matview.operator.net.Password;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A URL that was taken apart. It may hold secrets, so nothing of it is in messages but the host.
 *
 * @param path with the query, at least a slash
 * @param user or null
 * @param password or null
 */
public record TargetUrl(
        String host,
        int port,
        boolean tls,
        Password path,
        @Nullable String user,
        @Nullable Password password) {

    /** {@code http://} or {@code https://}, without user and password. */
    public static TargetUrl http(String text, String source) throws HookFailedException {
        TargetUrl url = parse(text, source, "http", 80, "https", 443);
        if (url.user != null || url.password != null) {
            throw new HookFailedException(source + " has a user or password in its URL, which is not sent to webhooks:"
                    + " remove it, and have the receiver check the signature");
        }
        return url;
    }

    /** {@code redis://} or, for TLS, {@code rediss://}, with the database's number as its path. */
    public static TargetUrl redis(String text, String source) throws HookFailedException {
        TargetUrl url = parse(text, source, "redis", 6379, "rediss", 6379);
        if (!url.path.value().matches("/([0-9]{1,4})?")) {
            throw new HookFailedException(source + " has more after the host than a database's number: write"
                    + " redis://user:password@host:port/number");
        }
        return url;
    }

    private static TargetUrl parse(String text, String source, String plain, int port, String secured, int securedPort)
            throws HookFailedException {
        URI uri;
        try {
            uri = new URI(text.strip());
        } catch (URISyntaxException e) {
            // The exception quotes the URL.
            throw invalid(source, plain, secured);
        }
        boolean tls = secured.equals(uri.getScheme());
        String host = uri.getHost();
        if (!(tls || plain.equals(uri.getScheme())) || host == null || uri.getPort() > 65535 || uri.getPort() == 0) {
            throw invalid(source, plain, secured);
        }
        String path = Objects.requireNonNullElse(uri.getRawPath(), "");
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        String info = uri.getRawUserInfo();
        int colon = info == null ? -1 : info.indexOf(':');
        String user = info == null ? "" : decode(colon < 0 ? info : info.substring(0, colon));
        return new TargetUrl(
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                uri.getPort() > 0 ? uri.getPort() : tls ? securedPort : port,
                tls,
                new Password((path.isEmpty() ? "/" : path) + query),
                user.isEmpty() ? null : user,
                info == null || colon < 0 ? null : new Password(decode(info.substring(colon + 1))));
    }

    private static HookFailedException invalid(String source, String plain, String secured) {
        return new HookFailedException(source + " is no URL that can be used: it begins with " + plain + ":// or "
                + secured + "://, names a host, and has special characters percent-encoded");
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Whom to talk to. */
    public Peer peer(@Nullable String authorities) {
        return new Peer(host, port, tls, authorities);
    }

    /** The number that is a Redis URL's path. */
    public int database() {
        String number = path.value().substring(1);
        return number.isEmpty() ? 0 : Integer.parseInt(number);
    }
}
