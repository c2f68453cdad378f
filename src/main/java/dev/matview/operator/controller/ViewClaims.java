package dev.matview.operator.controller;

import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.Reason;
import dev.matview.operator.postgres.Failure;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which resources manage which view: the oldest does, the others wait until it goes. */
final class ViewClaims {
    private static final Comparator<Claim> OLDEST_FIRST =
            Comparator.comparing(Claim::creation).thenComparing(c -> c.key().uid());

    private final Map<String, TreeSet<Claim>> byView = new HashMap<>();
    private final Map<String, String> viewByUid = new HashMap<>();

    /**
     * A resource turns out to be about that view; it lets go of the one that it was about before.
     *
     * @return whom that concerns besides
     */
    synchronized List<ResourceKey> claim(MaterializedViewRefresh resource, String view) {
        var claim = new Claim(ResourceKey.of(resource), resource.getMetadata().getCreationTimestamp());
        if (view.equals(viewByUid.get(claim.key().uid()))) {
            return List.of();
        }
        List<ResourceKey> concerned = new java.util.ArrayList<>(release(claim.key()));
        TreeSet<Claim> claims = byView.computeIfAbsent(view, v -> new TreeSet<>(OLDEST_FIRST));
        claims.forEach(c -> concerned.add(c.key()));
        claims.add(claim);
        viewByUid.put(claim.key().uid(), view);
        return concerned;
    }

    /**
     * A resource is gone.
     *
     * @return the others of its view
     */
    synchronized List<ResourceKey> release(ResourceKey key) {
        String view = viewByUid.remove(key.uid());
        TreeSet<Claim> claims = view == null ? null : byView.get(view);
        if (view == null || claims == null) {
            return List.of();
        }
        claims.removeIf(c -> c.key().uid().equals(key.uid()));
        if (claims.isEmpty()) {
            byView.remove(view);
        }
        return claims.stream().map(Claim::key).toList();
    }

    /** Why that resource must leave its view alone, or null when it is the oldest. */
    synchronized @Nullable Failure objection(ResourceKey key) {
        String view = viewByUid.get(key.uid());
        TreeSet<Claim> claims = view == null ? null : byView.get(view);
        if (claims == null || claims.first().key().uid().equals(key.uid())) {
            return null;
        }
        ResourceKey oldest = claims.first().key();
        // Who may see this namespace need not know what is in another.
        String who = oldest.id().getNamespace().equals(key.id().getNamespace())
                ? "the older resource \"" + oldest.id().getName() + "\""
                : "an older resource in another namespace";
        return new Failure(
                Reason.ALREADY_MANAGED,
                who + " manages this view: delete one of the two; this one takes over when the older is gone");
    }

    private record Claim(ResourceKey key, String creation) {}
}
