package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.ready;
import static dev.matview.operator.it.StatusIs.stalled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.testing.Scrape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What Prometheus is told of real resources, runs and connections. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class MetricsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String SUCCEEDED = "matview_refreshes_total{outcome=\"Succeeded\",reason=\"\",}";

    private final Scene scene;

    MetricsIT(@Unserved Scene scene) {
        this.scene = scene;
    }

    @Test
    void aResourceHasItsSeriesAlsoAfterARestartAndTakesThemAlongWhenItGoes() throws Exception {
        scene.createView("totals");
        var operator = scene.startOperator();
        var resource = scene.create("totals", "schedules: ['0 3 29 2 *']");
        resource.await("validated", ready());
        resource.request("one");
        resource.await("refreshed", answered("one"));
        awaitSeries(operator, resource, series -> assertThat(series)
                .containsEntry("matview_ready", 1.0)
                .containsEntry("matview_suspended", 0.0)
                .containsEntry(SUCCEEDED, 1.0)
                .containsKeys(
                        "matview_size_bytes",
                        "matview_next_refresh_timestamp_seconds",
                        "matview_last_refresh_duration_seconds"));
        assertThat(Scrape.of(operator.url()).series())
                .containsEntry("matview_leader", 1.0)
                .containsEntry("matview_refresh_duration_seconds_count{mode=\"Concurrent\",}", 1.0);
        double success =
                Objects.requireNonNull(resource.status().lastSuccessTime()).toEpochMilli() / 1_000.0;
        assertThat(series(operator, resource)).containsEntry("matview_last_success_timestamp_seconds", success);
        operator.stop();

        var second = scene.startOperator();
        awaitSeries(second, resource, series -> assertThat(series)
                .containsEntry("matview_last_success_timestamp_seconds", success)
                .doesNotContainKey(SUCCEEDED));
        resource.delete();
        awaitSeries(second, resource, series -> assertThat(series).isEmpty());
        assertThat(Scrape.of(second.url()).text()).doesNotContain(resource.name());
    }

    @Test
    void aFailureIsCountedByItsReason() throws Exception {
        var operator = scene.startOperator();
        var resource = scene.create("missing", "immediate: true");
        resource.await("stalled", stalled("ViewMissing"));
        awaitSeries(operator, resource, series -> assertThat(series)
                .containsEntry("matview_ready", 0.0)
                .containsEntry("matview_stalled", 1.0)
                .containsEntry("matview_consecutive_failures", 1.0)
                .containsEntry("matview_refreshes_total{outcome=\"Failed\",reason=\"ViewMissing\",}", 1.0)
                .doesNotContainKey("matview_last_success_timestamp_seconds"));
    }

    @Test
    void runsAndConnectionsAreSeenByDatabaseWhileTheyAreThereAndEveryMetricIsDocumented() throws Exception {
        for (String view : new String[] {"a", "b", "c"}) {
            scene.createSlowView(view, Duration.ZERO);
        }
        scene.pace(Duration.ofMinutes(2));
        var operator = scene.startOperator();
        var families = new TreeSet<String>();
        var resources = Stream.of("a", "b", "c")
                .map(view -> scene.create(view, "mode: Standard, immediate: true"))
                .toList();
        String labels = "{database=\"localhost:%d/%s\",}"
                .formatted(scene.database().server().port(), scene.database().name());
        await("two run and one waits").atMost(PATIENCE).untilAsserted(() -> {
            var scrape = Scrape.of(operator.url());
            families.addAll(scrape.families());
            assertThat(scrape.series())
                    .containsEntry("matview_runs_running" + labels, 2.0)
                    .containsEntry("matview_runs_queued" + labels, 1.0)
                    .containsEntry("matview_pool_connections_active" + labels, 2.0)
                    .containsEntry("matview_pool_pending" + labels, 1.0);
        });
        scene.pace(Duration.ZERO);
        resources.forEach(RefreshResource::delete);
        await("nothing is left of them").atMost(PATIENCE).untilAsserted(() -> {
            var scrape = Scrape.of(operator.url());
            assertThat(scrape.text()).doesNotContain(labels);
        });

        scene.createView("totals");
        var resource = scene.create("totals", "immediate: true, freshness: {maxAge: 1h}, schedules: ['0 3 29 2 *']");
        resource.await("refreshed", status -> status.lastSuccessTime() != null);
        scene.database().execute("ANALYZE totals");
        resource.request("again");
        resource.await(
                "with an estimate",
                status -> status.view() != null && status.view().rows() != null);
        families.addAll(Scrape.of(operator.url()).families());
        assertThat(families).isEqualTo(documented());
    }

    private static Set<String> documented() throws IOException {
        return Pattern.compile("(?m)^\\| `(matview_\\w+)` \\| (\\w+) \\|")
                .matcher(Files.readString(Path.of("docs", "metrics.md")))
                .results()
                .map(row -> row.group(1) + " " + row.group(2))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Map<String, Double> series(OperatorProcess operator, RefreshResource resource)
            throws IOException, InterruptedException {
        return Scrape.of(operator.url()).series(resource.namespace(), resource.name());
    }

    private static void awaitSeries(
            OperatorProcess operator, RefreshResource resource, Consumer<Map<String, Double>> expected) {
        await("its series").atMost(PATIENCE).untilAsserted(() -> expected.accept(series(operator, resource)));
    }
}
