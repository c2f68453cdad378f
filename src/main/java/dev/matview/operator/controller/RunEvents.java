package dev.matview.operator.controller;

import dev.matview.operator.api.MaterializedViewRefresh;
import io.javaoperatorsdk.operator.processing.event.source.ResourceEventAware;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.util.Objects;
import java.util.function.Consumer;

/** Brings news of runs back to the reconciler, and tells when a resource is gone. */
final class RunEvents extends SimpleInboundEventSource<MaterializedViewRefresh>
        implements ResourceEventAware<MaterializedViewRefresh> {
    private final Consumer<ResourceKey> onGone;

    /** @param onGone called when a resource was deleted, is about to be, or was replaced by another of its name */
    RunEvents(Consumer<ResourceKey> onGone) {
        super("runs");
        this.onGone = onGone;
    }

    /** There is something new about the resource: it is reconciled. */
    void news(ResourceKey key) {
        propagateEvent(key.id());
    }

    @Override
    public void onResourceUpdated(MaterializedViewRefresh newResource, MaterializedViewRefresh oldResource) {
        boolean replaced = !Objects.equals(
                newResource.getMetadata().getUid(), oldResource.getMetadata().getUid());
        if (replaced || newResource.getMetadata().getDeletionTimestamp() != null) {
            onGone.accept(ResourceKey.of(oldResource));
        }
    }

    @Override
    public void onResourceDeleted(MaterializedViewRefresh resource) {
        onGone.accept(ResourceKey.of(resource));
    }
}
