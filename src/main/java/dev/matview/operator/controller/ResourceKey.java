package dev.matview.operator.controller;

import dev.matview.operator.api.MaterializedViewRefresh;
import io.javaoperatorsdk.operator.processing.event.ResourceID;

/**
 * One resource for as long as it lives: one that is deleted and created anew under the same name is another.
 *
 * @param uid {@code metadata.uid}
 * @param id namespace and name
 */
record ResourceKey(String uid, ResourceID id) {
    static ResourceKey of(MaterializedViewRefresh resource) {
        return new ResourceKey(resource.getMetadata().getUid(), ResourceID.fromResource(resource));
    }

    /** As people name it: {@code namespace/name}. */
    @Override
    public String toString() {
        return id.getNamespace().orElse("") + "/" + id.getName();
    }
}
