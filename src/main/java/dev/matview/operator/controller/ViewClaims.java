package dev.matview.operator.controller;

import dev.matview.operator.api.DatabaseSpec;
import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.ViewSpec;
import dev.matview.operator.postgres.Failure;
import io.javaoperatorsdk.operator.processing.event.source.Cache;
import java.util.ArrayList;
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
    private final Map<String, Claim> byUid = new HashMap<>();
    private boolean learned;

    /** After a restart, what the statuses say about who manages which view is known before anything is decided. */
    synchronized void learn(Cache<MaterializedViewRefresh> resources) {
        if (!learned) {
            resources.list().forEach(this::learn);
            learned = true;
        }
    }

    private void learn(MaterializedViewRefresh resource) {
        MaterializedViewRefreshStatus status = resource.getStatus();
        // One that was edited meanwhile may be about another view by now.
        boolean current =
                status != null && resource.getMetadata().getGeneration().equals(status.observedGeneration());
        if (current && status.view() != null && status.view().identity() != null) {
            claim(resource, status.view().identity());
        }
    }

    /**
     * A resource turns out to be about that view; it lets go of the one that it was about before.
     *
     * @return whom that concerns besides
     */
    synchronized List<ResourceKey> claim(MaterializedViewRefresh resource, String view) {
        var claim = Claim.of(resource, view);
        if (claim.equals(byUid.get(claim.key().uid()))) {
            return List.of();
        }
        List<ResourceKey> concerned = new ArrayList<>(release(claim.key()));
        TreeSet<Claim> claims = byView.computeIfAbsent(view, v -> new TreeSet<>(OLDEST_FIRST));
        claims.forEach(c -> concerned.add(c.key()));
        claims.add(claim);
        byUid.put(claim.key().uid(), claim);
        return concerned;
    }

    /**
     * A resource may have come to name another view: it lets go of the one before, also when the other is not found.
     *
     * @return the others of the view that it let go of
     */
    synchronized List<ResourceKey> releaseUnlessNamed(MaterializedViewRefresh resource) {
        Claim claim = byUid.get(resource.getMetadata().getUid());
        return claim == null || claim.equals(Claim.of(resource, claim.view())) ? List.of() : release(claim.key());
    }

    /**
     * A resource is gone.
     *
     * @return the others of its view
     */
    synchronized List<ResourceKey> release(ResourceKey key) {
        Claim claim = byUid.remove(key.uid());
        TreeSet<Claim> claims = claim == null ? null : byView.get(claim.view());
        if (claim == null || claims == null) {
            return List.of();
        }
        claims.remove(claim);
        if (claims.isEmpty()) {
            byView.remove(claim.view());
        }
        return claims.stream().map(Claim::key).toList();
    }

    /** Why that resource must leave its view alone, or null when it is the oldest. */
    synchronized @Nullable Failure objection(ResourceKey key) {
        Claim claim = byUid.get(key.uid());
        TreeSet<Claim> claims = claim == null ? null : byView.get(claim.view());
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

    /**
     * One resource's claim on the view that its spec was found to name.
     *
     * @param view the view's identity
     */
    private record Claim(
            ResourceKey key,
            String creation,
            String view,
            @Nullable DatabaseSpec database,
            @Nullable ViewSpec name) {
        static Claim of(MaterializedViewRefresh resource, String view) {
            var spec = resource.getSpec();
            return new Claim(
                    ResourceKey.of(resource),
                    resource.getMetadata().getCreationTimestamp(),
                    view,
                    spec == null ? null : spec.database(),
                    spec == null ? null : spec.view());
        }
    }
}
