package dev.matview.operator.net;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The hosts that resources may name, as they are written, before anything is looked up: so an allowed address does not
 * allow the names that lead there, nor the other way round.
 *
 * @param entries names, {@code *.suffix} for all names below one, and addresses; without any, {@link #allows}
 *     allows every host
 */
public record AllowedHosts(List<String> entries) {
    /** All of them. */
    public static final AllowedHosts ALL = new AllowedHosts(List.of());

    public AllowedHosts {
        entries = entries.stream()
                .map(AllowedHosts::normal)
                .filter(entry -> !entry.isEmpty())
                .toList();
    }

    /** From a list with commas between; an empty one allows every host. */
    public static AllowedHosts of(String list) {
        return new AllowedHosts(List.of(list.split(",", -1)));
    }

    /** Whether it may be connected to. */
    public boolean allows(String host) {
        return entries.isEmpty() || names(host);
    }

    /** Whether it is among the entries, of which there may be none. */
    public boolean names(String host) {
        return entries.stream().anyMatch(entry -> matches(entry, normal(host)));
    }

    private static boolean matches(String entry, String host) {
        if (entry.startsWith("*.")) {
            return host.endsWith(entry.substring(1)) && host.length() > entry.length() - 1 && address(host) == null;
        }
        InetAddress address = address(host);
        return entry.equals(host) || (address != null && address.equals(address(entry)));
    }

    /** Names are one whatever their case, and with the root's dot or without it. */
    private static String normal(String host) {
        String lower = host.strip().toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private static @Nullable InetAddress address(String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
