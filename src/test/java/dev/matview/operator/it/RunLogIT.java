package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What the log says of runs. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class RunLogIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Scene scene;

    RunLogIT(@Unserved Scene scene) {
        this.scene = scene;
    }

    @Test
    void aRunHasALineAtItsStartAndOneAtItsEndWithItsFields() throws SQLException {
        var operator = start(Map.of("MATVIEW_LOG_JSON", "true", "MATVIEW_LOG_LEVEL", "INFO"));
        scene.createView("totals");
        var resource = scene.create("totals", "");
        resource.await("validated", ready());
        resource.request("one");
        resource.await("refreshed", answered("one"));
        resource.request("two");
        resource.await("refreshed", answered("two"));

        String name = resource.namespace() + "/" + resource.name();
        await("the lines")
                .atMost(Duration.ofSeconds(30))
                .until(() -> lines(operator, name + ": run ended").count() == 2);
        var lines = lines(operator, name + ": run ").toList();
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0).get("message").asText()).contains("run begins: Manual, Concurrent, on localhost:");
        assertThat(lines.get(1).get("message").asText()).contains("run ended: Succeeded in ");
        String database = "localhost:" + scene.database().server().port() + "/"
                + scene.database().name();
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.at("/mdc/resource").asText()).isEqualTo(name);
            assertThat(line.at("/mdc/database").asText()).isEqualTo(database);
        });
        var runs = lines.stream().map(line -> line.at("/mdc/run").asText()).toList();
        assertThat(runs.get(0)).isEqualTo(runs.get(1)).isNotEqualTo(runs.get(2)).isNotBlank();
        assertThat(runs.get(2)).isEqualTo(runs.get(3));
        assertThat(operator.log()).doesNotContain("Refreshed: ");
    }

    @Test
    void aDatabaseThatIsAwayIsOneLineAndNotOneForEachTry() throws SQLException {
        scene.createView("totals");
        scene.createSecret(
                scene.namespace(),
                scene.named("away"),
                Map.of("host", "localhost", "port", "1", "dbname", "app", "username", "app", "password", "sesame"));
        var operator = start(Map.of("MATVIEW_LOG_LEVEL", "INFO", "MATVIEW_MAX_BACKOFF", "1s"));
        var resource =
                scene.create("totals", "immediate: true, database: {secretRef: {name: " + scene.named("away") + "}}");
        resource.await(
                "tried several times",
                status -> status.lastRefresh() != null
                        && status.lastRefresh().attempts() != null
                        && status.lastRefresh().attempts() >= 3);
        assertThat(operator.log().lines().filter(line -> line.contains("run ended: Failed, Unreachable: ")))
                .hasSize(1);
    }

    @Test
    void debugSaysWhyARunWasDueOrNot() throws SQLException {
        var operator = start(Map.of("MATVIEW_LOG_LEVEL", "DEBUG"));
        scene.createView("totals");
        var resource = scene.create("totals", "suspend: true");
        resource.await("validated", ready());
        resource.request("one");
        resource.await("refreshed", answered("one"));
        String name = resource.namespace() + "/" + resource.name();
        await("the reasons").atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(operator.log())
                .contains(name + ": not due: suspended", name + ": due: a refresh is requested by the token one"));
    }

    private OperatorProcess start(Map<String, String> settings) {
        return scene.startOperator(scene.cluster().kubeconfig(), settings);
    }

    private static Stream<JsonNode> lines(OperatorProcess operator, String text) {
        return operator.log()
                .lines()
                .filter(line -> line.startsWith("{"))
                .map(RunLogIT::json)
                .filter(line -> line.path("message").asText().contains(text));
    }

    private static JsonNode json(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no JSON: " + line, e);
        }
    }
}
