package dev.matview.operator.e2e;

import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;

/** A resource as its team sees it. */
record TeamResource(KubernetesClient client, String namespace, String name) {
    static TeamResource create(KubernetesClient client, String namespace, String name, Map<String, ?> spec) {
        client.resource(new GenericKubernetesResourceBuilder()
                        .withApiVersion("matview.dev/v1alpha1")
                        .withKind("MaterializedViewRefresh")
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(namespace)
                        .endMetadata()
                        .addToAdditionalProperties("spec", spec)
                        .build())
                .create();
        return new TeamResource(client, namespace, name);
    }

    MaterializedViewRefresh get() {
        return client.resources(MaterializedViewRefresh.class)
                .inNamespace(namespace)
                .withName(name)
                .require();
    }

    MaterializedViewRefreshStatus status() {
        var status = get().getStatus();
        return status == null ? MaterializedViewRefreshStatus.EMPTY : status;
    }

    MaterializedViewRefreshStatus awaitStatus(Duration patience, Predicate<MaterializedViewRefreshStatus> expected) {
        return await(name).atMost(patience).pollInterval(Duration.ofMillis(100)).until(this::status, expected);
    }

    /** Asks for a refresh with a new token. */
    void request(String token) {
        client.resources(MaterializedViewRefresh.class)
                .inNamespace(namespace)
                .withName(name)
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        Serialization.asJson(Map.of(
                                "metadata",
                                Map.of("annotations", Map.of(MaterializedViewRefresh.REFRESH_REQUESTED, token)))));
    }
}
