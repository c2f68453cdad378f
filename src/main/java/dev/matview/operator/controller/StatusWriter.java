package dev.matview.operator.controller;

import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/** Writes the status by server-side apply, from an object that holds nothing else. */
final class StatusWriter {
    private static final String FIELD_MANAGER = "matview-operator";

    private static final Logger LOG = Logger.getLogger(StatusWriter.class);

    private final KubernetesClient client;
    private final AtomicBoolean away = new AtomicBoolean();

    StatusWriter(KubernetesClient client) {
        this.client = client;
    }

    static PatchContext apply() {
        return new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager(FIELD_MANAGER)
                .withForce(true)
                .build();
    }

    /** Writes it, once. */
    Result write(MaterializedViewRefresh resource, MaterializedViewRefreshStatus status) {
        ObjectMeta metadata = resource.getMetadata();
        var fresh = new MaterializedViewRefresh();
        fresh.setMetadata(new ObjectMetaBuilder()
                .withNamespace(metadata.getNamespace())
                .withName(metadata.getName())
                .withUid(metadata.getUid())
                .build());
        fresh.setStatus(status);
        try {
            client.resource(fresh).subresource("status").patch(apply(), fresh);
            if (away.getAndSet(false)) {
                LOG.info("the API server takes statuses again");
            }
            return Result.WRITTEN;
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND || e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return Result.GONE;
            } else if (!away.getAndSet(true)) {
                LOG.warnf(
                        "the API server did not take the status of %s/%s (HTTP status %d): what happens is kept, and"
                                + " written when it does again",
                        metadata.getNamespace(), metadata.getName(), e.getCode());
            }
            return Result.NOT_NOW;
        }
    }

    /** What became of a write. */
    enum Result {
        WRITTEN,
        /** The API server is away or refused it: to be tried again. */
        NOT_NOW,
        /** The resource is gone, or another one of its name is there by now. */
        GONE
    }
}
