package dev.matview.operator.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Condition;
import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.RefreshRecord;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** One resource of a test, seen and changed as an admin does it with kubectl. */
record RefreshResource(KubernetesClient client, String namespace, String name) {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    Resource<MaterializedViewRefresh> object() {
        return client.resources(MaterializedViewRefresh.class)
                .inNamespace(namespace)
                .withName(name);
    }

    MaterializedViewRefreshStatus status() {
        MaterializedViewRefresh found = object().get();
        return found == null || found.getStatus() == null ? MaterializedViewRefreshStatus.EMPTY : found.getStatus();
    }

    /** Waits until the status is so; it holds to the rules of kstatus all the time. */
    MaterializedViewRefreshStatus await(String what, Predicate<MaterializedViewRefreshStatus> expected) {
        return await(what, PATIENCE, expected);
    }

    MaterializedViewRefreshStatus await(
            String what, Duration patience, Predicate<MaterializedViewRefreshStatus> expected) {
        var last = new MaterializedViewRefreshStatus[] {MaterializedViewRefreshStatus.EMPTY};
        Awaitility.await(name + ": " + what)
                .atMost(patience)
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> {
                    last[0] = status();
                    assertConditions(last[0].conditions());
                    assertThat(expected.test(last[0]))
                            .as("%s: %s, in %s", name, what, last[0])
                            .isTrue();
                });
        return last[0];
    }

    /** Ready always, and Fresh where it is promised; Reconciling and Stalled only while they are true, and never both. */
    private static void assertConditions(List<Condition> conditions) {
        if (conditions.isEmpty()) {
            return;
        }
        var types = conditions.stream().map(Condition::type).toList();
        assertThat(types).contains("Ready").doesNotHaveDuplicates();
        assertThat(types.contains("Reconciling") && types.contains("Stalled"))
                .as("both Reconciling and Stalled in %s", conditions)
                .isFalse();
        assertThat(conditions).allSatisfy(c -> {
            assertThat(c.message()).isNotBlank();
            assertThat(c.reason()).matches("[A-Z][A-Za-z]+");
            assertThat(c.type().equals("Ready")
                            || c.type().equals("Fresh")
                            || c.status().equals("True"))
                    .as("%s", c)
                    .isTrue();
        });
    }

    /** Asks for a refresh, as {@code kubectl annotate --overwrite} does. */
    void request(String token) {
        patch(Map.of("metadata", Map.of("annotations", Map.of(MaterializedViewRefresh.REFRESH_REQUESTED, token))));
    }

    /** Merges into the spec, as {@code kubectl patch --type merge} does. */
    void edit(Map<String, ?> spec) {
        patch(Map.of("spec", spec));
    }

    private void patch(Map<String, ?> change) {
        object().patch(PatchContext.of(PatchType.JSON_MERGE), Serialization.asJson(change));
    }

    void suspend(boolean suspend) {
        edit(Map.of("suspend", suspend));
    }

    /** Writes into the status what an earlier operator would have left there. */
    void writeStatus(Map<String, ?> status) {
        client.resources(MaterializedViewRefresh.class)
                .inNamespace(namespace)
                .withName(name)
                .subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), Serialization.asJson(Map.of("status", status)));
    }

    void delete() {
        object().delete();
    }

    List<Event> events() {
        return client.v1()
                .events()
                .inNamespace(namespace)
                .withField("involvedObject.name", name)
                .list()
                .getItems();
    }

    Event awaitEvent(String reason) {
        return awaitEvent(reason, PATIENCE);
    }

    Event awaitEvent(String reason, Duration patience) {
        Awaitility.await(name + " has an event " + reason).atMost(patience).untilAsserted(() -> assertThat(events())
                .extracting(Event::getReason)
                .contains(reason));
        return events().stream()
                .filter(e -> e.getReason().equals(reason))
                .findFirst()
                .orElseThrow();
    }

    /** The runs of the history that have that trigger, newest first. */
    static List<RefreshRecord> runs(MaterializedViewRefreshStatus status, String trigger) {
        return status.history().stream()
                .filter(r -> r.trigger().equals(trigger))
                .toList();
    }
}
