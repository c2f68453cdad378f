package dev.matview.operator.command;

import dev.matview.operator.postgres.ViewName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Names of resources from names of views: lower case, dashes for what Kubernetes does not take, the schema in front unless
 * it is {@code public}. Where that is the same for two, or tells too little, a part of the name's hash follows.
 */
final class ResourceNames {
    /** Short enough for the names of what is made of a resource, such as a CronJob's 52. */
    private static final int LONGEST = 40;

    private ResourceNames() {}

    /** Different names for different views. */
    static Map<ViewName, String> of(Collection<ViewName> views) {
        Set<String> seen = new HashSet<>();
        Set<String> ambiguous = new HashSet<>();
        views.stream().map(ResourceNames::plain).filter(name -> !seen.add(name)).forEach(ambiguous::add);
        var names = new HashMap<ViewName, String>();
        for (ViewName view : views) {
            String plain = plain(view);
            boolean unclear = ambiguous.contains(plain) || plain.isEmpty() || plain.length() > LONGEST;
            names.put(view, unclear ? hashed(plain, view) : plain);
        }
        return names;
    }

    private static String plain(ViewName view) {
        String name = view.schema().equals("public") ? view.name() : view.schema() + "-" + view.name();
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }

    private static String hashed(String plain, ViewName view) {
        String start = plain.substring(0, Math.min(plain.length(), LONGEST - 9)).replaceAll("-$", "");
        return String.join("-", start.isEmpty() ? List.of("view", hash(view)) : List.of(start, hash(view)));
    }

    private static String hash(ViewName view) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(view.quoted().getBytes(StandardCharsets.UTF_8));
            return "%08x".formatted(ByteBuffer.wrap(digest).getInt());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
