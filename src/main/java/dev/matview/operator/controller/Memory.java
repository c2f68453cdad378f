package dev.matview.operator.controller;

import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is remembered of each resource between reconciliations: the status as it was last written, since the informer's
 * copy may still be an older one, and when to try again what did not work.
 */
final class Memory {
    private final Map<String, MaterializedViewRefreshStatus> written = new ConcurrentHashMap<>();
    private final Map<String, Gate> gates = new ConcurrentHashMap<>();

    MaterializedViewRefreshStatus status(MaterializedViewRefresh resource) {
        MaterializedViewRefreshStatus stored = resource.getStatus();
        return written.getOrDefault(
                resource.getMetadata().getUid(), stored == null ? MaterializedViewRefreshStatus.EMPTY : stored);
    }

    void wrote(MaterializedViewRefresh resource, MaterializedViewRefreshStatus status) {
        written.put(resource.getMetadata().getUid(), status);
    }

    Gate gate(ResourceKey key) {
        return gates.getOrDefault(key.uid(), Gate.OPEN);
    }

    void set(ResourceKey key, Gate gate) {
        gates.put(key.uid(), gate);
    }

    void forget(ResourceKey key) {
        written.remove(key.uid());
        gates.remove(key.uid());
    }
}
