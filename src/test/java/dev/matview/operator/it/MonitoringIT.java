package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.stalled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The shipped dashboard and alerts, in a real Prometheus that scrapes a real operator. */
@ExtendWith(SceneExtension.class)
class MonitoringIT {
    private final Scene scene;

    MonitoringIT(@Unserved Scene scene) {
        this.scene = scene;
    }

    @Test
    void everyQueryOfTheDashboardHasAnAnswerAndEveryAlertIsEvaluated(@TempDir Path folder) throws Exception {
        var operator = scene.startOperator();
        RefreshResource missing = somethingToSee();
        try (var prometheus = PrometheusProcess.scraping(operator, folder)) {
            for (String query : queries()) {
                await(query).atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(prometheus.query(query))
                        .as("%s, scraped: %s", query, prometheus.trouble())
                        .isNotEmpty());
            }
            JsonNode bySource = prometheus.query("max by (namespace, name) (matview_stalled) == 1");
            assertThat(bySource).singleElement().satisfies(series -> assertThat(
                            series.at("/metric/namespace").asText())
                    .isEqualTo(missing.namespace()));
            await("the alerts").atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                assertThat(prometheus.rules()).hasSize(5).allSatisfy(rule -> assertThat(
                                rule.get("health").asText())
                        .isEqualTo("ok"));
                assertThat(prometheus.rules())
                        .filteredOn(rule -> rule.get("name").asText().equals("MatviewStalled"))
                        .singleElement()
                        .satisfies(rule -> assertThat(
                                        rule.at("/alerts/0/labels/name").asText())
                                .isEqualTo(missing.name()));
            });
        }
    }

    /** A view that is refreshed, one that is missing, and one whose refresh lasts. */
    private RefreshResource somethingToSee() throws SQLException {
        scene.createView("totals");
        scene.database().execute("ANALYZE totals");
        var totals = scene.create("totals", "schedules: ['0 3 29 2 *']");
        totals.request("one");
        totals.await("refreshed", answered("one"));
        scene.createSlowView("slow", Duration.ofMinutes(5));
        scene.create("slow", "mode: Standard, immediate: true");
        scene.awaitRefreshUnderWay();
        var missing = scene.create("missing", "immediate: true");
        missing.await("stalled", stalled("ViewMissing"));
        return missing;
    }

    /** With what Grafana would put in place of its variables. */
    private static List<String> queries() throws IOException {
        JsonNode dashboard =
                new ObjectMapper().readTree(Files.readString(Path.of("deploy", "monitoring", "dashboard.json")));
        var queries = new ArrayList<String>();
        dashboard
                .findValues("expr")
                .forEach(expression -> queries.add(expression
                        .asText()
                        .replace("$__rate_interval", "1m")
                        .replace("$namespace", ".*")
                        .replace("$name", ".*")));
        assertThat(queries).hasSizeGreaterThan(20).noneMatch(query -> query.contains("$"));
        return queries;
    }
}
