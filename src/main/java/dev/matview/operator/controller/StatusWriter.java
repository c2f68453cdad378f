package dev.matview.operator.controller;

import dev.matview.operator.api.Condition;
import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.ViewStatus;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/** Writes the status by server-side apply, from an object that holds nothing else. */
final class StatusWriter {
    private static final String FIELD_MANAGER = "matview-operator";

    private static final Logger LOG = Logger.getLogger(StatusWriter.class);

    private final KubernetesClient client;
    private final AtomicBoolean away = new AtomicBoolean();
    private final AtomicBoolean older = new AtomicBoolean();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();

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
            patch(fresh);
            refused.remove(metadata.getUid());
            if (away.getAndSet(false)) {
                LOG.info("the API server takes statuses again");
            }
            return Result.WRITTEN;
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND || e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return Result.GONE;
            } else if (refusal(e.getCode()) && !away.get()) {
                if (refused.add(metadata.getUid())) {
                    LOG.warnf(
                            "the API server refuses the status of %s/%s (HTTP status %d): see that deploy/rbac.yaml and"
                                    + " crds/ of this version are applied",
                            metadata.getNamespace(), metadata.getName(), e.getCode());
                }
            } else if (!away.getAndSet(true)) {
                LOG.warnf(
                        "the API server did not take the status of %s/%s (HTTP status %d): what happens is kept, and"
                                + " written when it does again",
                        metadata.getNamespace(), metadata.getName(), e.getCode());
            }
            return Result.NOT_NOW;
        }
    }

    /** Whether it is about this write, and not about the API server's state. */
    private static boolean refusal(int code) {
        return code >= 400 && code < 500 && code != 429;
    }

    /** The resource is gone. */
    void forget(String uid) {
        refused.remove(uid);
    }

    /**
     * Server-side apply needs a stored object that fits the definition in its types, and ends with an internal error where
     * a later version's does not; a merge patch writes the status all the same. It ends so too when the definition is an
     * earlier version's, and lacks a field that is written: of those, warnings, upstreams and retries alone appear without
     * a field of the spec.
     */
    private void patch(MaterializedViewRefresh fresh) {
        var status = client.resource(fresh).subresource("status");
        try {
            status.patch(apply(), fresh);
        } catch (KubernetesClientException e) {
            Condition stalled = fresh.getStatus().condition(Conditions.STALLED);
            boolean unreadable = stalled != null && stalled.reason().equals(Reason.UNREADABLE_SPEC.value());
            ViewStatus view = fresh.getStatus().view();
            boolean newer = fresh.getStatus().retries() != null
                    || (view != null
                            && !(view.warnings().isEmpty() && view.upstreams().isEmpty()));
            if (e.getCode() != HttpURLConnection.HTTP_INTERNAL_ERROR || !(unreadable || newer)) {
                throw e;
            } else if (unreadable) {
                status.patch(PatchContext.of(PatchType.JSON_MERGE), fresh);
                return;
            }
            var draft = new StatusDraft(fresh.getStatus());
            draft.view = view == null ? null : view.with(List.of()).reading(List.of());
            draft.retries = null;
            fresh.setStatus(draft.build());
            status.patch(apply(), fresh);
            if (!older.getAndSet(true)) {
                LOG.warn("the API server takes statuses without warnings, upstreams and retries only: the definition of"
                        + " the resource in this cluster is older than the operator; apply crds/ of this"
                        + " version");
            }
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
