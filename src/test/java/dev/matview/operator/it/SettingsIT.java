package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the one who runs the operator sets, and what the operator tells them over HTTP. */
@ExtendWith(SceneExtension.class)
class SettingsIT {
    private final Scene scene;

    SettingsIT(@Unserved Scene scene) {
        this.scene = scene;
    }

    @Test
    void whatCanNotWorkEndsTheStartAndIsNamed() {
        assertThatThrownBy(() -> start(Map.of("MATVIEW_REFRESHES", "0", "MATVIEW_CONNECT_TIMEOUT", "10ms")))
                .hasMessageContaining("MATVIEW_REFRESHES is 0, but must be 1 or more")
                .hasMessageContaining("MATVIEW_CONNECT_TIMEOUT is")
                .hasMessageNotContaining("Exception");
        assertThatThrownBy(() -> start(Map.of("MATVIEW_LEADER_ELECTION", "true")))
                .hasMessageContaining("POD_NAMESPACE");
    }

    @Test
    void aHostThatIsNotAllowedStallsTheResource() throws SQLException {
        start(Map.of("MATVIEW_ALLOWED_DATABASE_HOSTS", "db.example.com,*.svc"));
        scene.createView("totals");
        var resource = scene.create("totals", "");
        var status = resource.await("refused", s -> s.condition("Stalled") != null);
        assertThat(status.condition("Stalled"))
                .returns("HostRefused", c -> c.reason())
                .satisfies(c -> assertThat(c.message()).contains("\"localhost\"", "MATVIEW_ALLOWED_DATABASE_HOSTS"));
    }

    @Test
    void theLogIsJsonWhenAskedForAndTellsNoMoreThanAskedFor() throws SQLException {
        var operator = start(Map.of("MATVIEW_LOG_JSON", "true", "MATVIEW_LOG_LEVEL", "WARN"));
        scene.createView("totals");
        scene.create("totals", "").await("validated", ready());
        var lines = operator.log()
                .lines()
                .filter(line -> !line.startsWith("WARNING: "))
                .toList();
        assertThat(lines).isNotEmpty().allSatisfy(line -> assertThat(new KubernetesSerialization()
                        .unmarshal(line, JsonNode.class)
                        .fieldNames())
                .toIterable()
                .contains("timestamp", "level", "loggerName", "message"));
        assertThat(operator.log()).contains("started in").doesNotContain("totals: Valid");
    }

    @Test
    void probesAndMetricsAnswerAlsoWhileItStandsByAndTheLeaderAloneTellsOfResources() throws Exception {
        var lone = start(Map.of());
        scene.createView("totals");
        scene.create("totals", "").await("validated", ready());
        assertProbesAreUp(lone);
        var metrics = get(lone, "/q/metrics");
        assertThat(metrics)
                .contains("operator_sdk_reconciliations", "jvm_memory_used_bytes", "totals", "matview_leader 1.0");
        assertThat(metrics.lines().filter(line -> !line.startsWith("#") && !line.startsWith("matview_")))
                .hasSizeLessThan(150)
                .noneMatch(line -> line.contains("totals"));

        var lease = scene.client().leases().inNamespace("matview-system").withName("matview-operator");
        try {
            var settings = Map.of("MATVIEW_LEADER_ELECTION", "true", "POD_NAMESPACE", "matview-system");
            var leader = start(with(settings, "POD_NAME", "first"));
            await("a leader").until(() -> leader.log().contains("leading: "));
            assertProbesAreUp(leader);
            var standby = start(with(settings, "POD_NAME", "second"));
            assertProbesAreUp(standby);
            await("the leader tells").atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                            get(leader, "/q/metrics"))
                    .contains("matview_ready", "matview_leader 1.0"));
            assertThat(get(standby, "/q/metrics"))
                    .contains("matview_leader 0.0")
                    .doesNotContain("matview_ready", "totals");
        } finally {
            lease.delete();
        }
    }

    private static Map<String, String> with(Map<String, String> settings, String name, String value) {
        var all = new HashMap<>(settings);
        all.put(name, value);
        return all;
    }

    private OperatorProcess start(Map<String, String> settings) {
        return scene.startOperator(scene.cluster().kubeconfig(), settings);
    }

    private static void assertProbesAreUp(OperatorProcess operator) {
        for (String probe : new String[] {"live", "ready", "started"}) {
            await(probe).untilAsserted(() -> assertThat(get(operator, "/q/health/" + probe))
                    .contains("\"status\": \"UP\""));
        }
    }

    private static String get(OperatorProcess operator, String path) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var uri = URI.create(operator.url() + path);
            return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                    .body();
        }
    }
}
