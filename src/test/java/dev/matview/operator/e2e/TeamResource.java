package dev.matview.operator.e2e;

import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.Condition;
import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.RefreshRecord;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
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

    /** Waits until the resource is ready, or is not, for that reason. */
    MaterializedViewRefreshStatus awaitReady(Duration patience, String ready, String reason) {
        return awaitStatus(patience, status -> {
            Condition condition = status.condition("Ready");
            return condition != null
                    && condition.status().equals(ready)
                    && condition.reason().equals(reason);
        });
    }

    /** Waits until the resource is not ready for one of these reasons, and gives the condition. */
    Condition awaitNotReady(Duration patience, String... reasons) {
        var expected = Set.of(reasons);
        var status = awaitStatus(patience, s -> s.conditions().stream()
                .anyMatch(condition -> condition.type().equals("Ready")
                        && condition.status().equals("False")
                        && expected.contains(condition.reason())));
        return Objects.requireNonNull(status.condition("Ready"));
    }

    /** Waits until the request of that token has its answer, and gives the run. */
    RefreshRecord awaitAnswer(Duration patience, String token) {
        return awaitStatus(patience, status -> token.equals(status.lastHandledRefreshRequest())).history().stream()
                .filter(run -> token.equals(run.request()))
                .findFirst()
                .orElseThrow();
    }

    /** Asks for a refresh with a new token. */
    void request(String token) {
        patch(Map.of("metadata", Map.of("annotations", Map.of(MaterializedViewRefresh.REFRESH_REQUESTED, token))));
    }

    /** Merges into the spec. */
    void edit(Map<String, ?> spec) {
        patch(Map.of("spec", spec));
    }

    private void patch(Map<String, ?> change) {
        client.resources(MaterializedViewRefresh.class)
                .inNamespace(namespace)
                .withName(name)
                .patch(PatchContext.of(PatchType.JSON_MERGE), Serialization.asJson(change));
    }

    /** Waits until the resource has an Event of that reason, and gives its message. */
    String awaitEvent(Duration patience, String reason) {
        return await(name + " has an event " + reason)
                .atMost(patience)
                .until(
                        () -> client
                                .v1()
                                .events()
                                .inNamespace(namespace)
                                .withField("involvedObject.name", name)
                                .list()
                                .getItems()
                                .stream()
                                .filter(event -> event.getReason().equals(reason))
                                .map(Event::getMessage)
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }
}
