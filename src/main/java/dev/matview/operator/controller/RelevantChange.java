package dev.matview.operator.controller;

import dev.matview.operator.api.MaterializedViewRefresh;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Lets through what a reconciliation could make something of: its own writes to the status are not among it. */
public final class RelevantChange implements OnUpdateFilter<MaterializedViewRefresh> {
    @Override
    public boolean accept(MaterializedViewRefresh newResource, MaterializedViewRefresh oldResource) {
        ObjectMeta now = newResource.getMetadata();
        ObjectMeta before = oldResource.getMetadata();
        return !Objects.equals(now.getUid(), before.getUid())
                || !Objects.equals(now.getGeneration(), before.getGeneration())
                || !Objects.equals(now.getDeletionTimestamp(), before.getDeletionTimestamp())
                || !Objects.equals(request(newResource), request(oldResource));
    }

    /** The token of the request for a refresh, or null when there is none. */
    static @Nullable String request(MaterializedViewRefresh resource) {
        Map<String, String> annotations = resource.getMetadata().getAnnotations();
        String token = annotations == null ? null : annotations.get(MaterializedViewRefresh.REFRESH_REQUESTED);
        return token == null || token.isEmpty() ? null : token;
    }
}
