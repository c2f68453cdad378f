package dev.matview.operator.controller;

import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshSpec;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of each resource between reconciliations: the status as it was last written, since the informer's
 * copy may still be an older one, when to try again what did not work, and what its spec means.
 */
final class Memory {
    private final Map<String, MaterializedViewRefreshStatus> written = new ConcurrentHashMap<>();
    private final Map<String, Gate> gates = new ConcurrentHashMap<>();
    private final Map<String, Read> plans = new ConcurrentHashMap<>();

    MaterializedViewRefreshStatus status(MaterializedViewRefresh resource) {
        MaterializedViewRefreshStatus stored = resource.getStatus();
        return written.getOrDefault(
                resource.getMetadata().getUid(), stored == null ? MaterializedViewRefreshStatus.EMPTY : stored);
    }

    void wrote(MaterializedViewRefresh resource, MaterializedViewRefreshStatus status) {
        written.put(resource.getMetadata().getUid(), status);
    }

    /** @param before the status, which knows of tries before this process began */
    Gate gate(ResourceKey key, MaterializedViewRefreshStatus before) {
        Gate known = gates.get(key.uid());
        return known == null ? Gate.of(before) : known;
    }

    /** The resource's plan, made when its spec is seen for the first time. */
    Plan plan(MaterializedViewRefresh resource) {
        MaterializedViewRefreshSpec spec = resource.getSpec();
        return plans.compute(
                        resource.getMetadata().getUid(),
                        (uid, known) -> known != null && Objects.equals(known.spec(), spec)
                                ? known
                                : new Read(spec, Plan.of(spec)))
                .plan();
    }

    void set(ResourceKey key, Gate gate) {
        gates.put(key.uid(), gate);
    }

    void forget(ResourceKey key) {
        written.remove(key.uid());
        gates.remove(key.uid());
        plans.remove(key.uid());
    }

    private record Read(@Nullable MaterializedViewRefreshSpec spec, Plan plan) {}
}
