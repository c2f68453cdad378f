package dev.matview.operator.controller;

import static dev.matview.operator.controller.Looks.at;
import static dev.matview.operator.controller.Looks.facts;
import static dev.matview.operator.controller.Looks.failed;
import static dev.matview.operator.controller.Looks.refreshed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.Reason;
import dev.matview.operator.net.AllowedHosts;
import dev.matview.operator.postgres.ConnectionPolicy;
import dev.matview.operator.postgres.Connections;
import dev.matview.operator.refresh.Runs;
import dev.matview.operator.refresh.Slots;
import dev.matview.operator.testing.Scrape;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.Cache;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExpositionTest {
    private final CollectorRegistry registry = new CollectorRegistry();
    private final Connections connections = new Connections(
            new ConnectionPolicy("scram-sha-256", AllowedHosts.ALL, true, Duration.ofSeconds(1)), Duration.ZERO);
    private final Leadership leadership = Leadership.elected();
    private final Exposition exposition = new Exposition(registry, leadership, connections);
    private final Memory memory = new Memory();
    private final Resources resources = new Resources();

    @BeforeEach
    void serve() {
        var runs = new Runs<ResourceKey>(
                connections, new Slots(1, 1), Clock.systemUTC(), () -> true, key -> {}, run -> {});
        exposition.serve(resources, memory, runs);
        leadership.renew(System.nanoTime(), Duration.ofHours(1));
    }

    @AfterEach
    void close() {
        connections.close();
    }

    @Test
    void aRestartedOperatorKnowsFromTheStatusWhatWas() throws IOException {
        Looks looks = Looks.inOperator();
        looks.settle();
        looks.look("11:00:00");
        looks.end("11:00:02", refreshed("11:00:00", "11:00:02"));
        resources.put("totals", "schedules: ['0 * * * *']", looks.status());

        assertThat(scrape().series("ns", "totals"))
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("matview_ready", 1.0),
                        Map.entry("matview_stalled", 0.0),
                        Map.entry("matview_suspended", 0.0),
                        Map.entry("matview_last_success_timestamp_seconds", (double)
                                at("11:00:02").getEpochSecond()),
                        Map.entry("matview_next_refresh_timestamp_seconds", (double)
                                at("12:00:00").getEpochSecond()),
                        Map.entry("matview_last_refresh_duration_seconds", 2.0),
                        Map.entry("matview_rows", 10.0),
                        Map.entry("matview_size_bytes", 8192.0),
                        Map.entry("matview_consecutive_failures", 0.0),
                        Map.entry("matview_missed_schedules_total", 0.0),
                        Map.entry("matview_refresh_retries_total", 0.0),
                        Map.entry("matview_refresh_lock_wait_seconds_total", 0.0)));
    }

    @Test
    void aNewResourceHasNoFiguresThatNobodyKnows() throws IOException {
        resources.put("new", "suspend: true", null);
        assertThat(scrape().series("ns", "new"))
                .containsEntry("matview_ready", 0.0)
                .containsEntry("matview_suspended", 1.0)
                .doesNotContainKeys("matview_last_success_timestamp_seconds", "matview_rows", "matview_fresh");
    }

    @Test
    void oneThatFailuresHaveSuspendedIsSuspended() throws IOException {
        Looks looks = Looks.inOperator();
        looks.declare("schedules: ['0 * * * *'], suspendAfterFailures: 1");
        looks.settle();
        looks.look("11:00:00");
        looks.end("11:00:02", failed(Reason.DATA_ERROR, facts(true), "11:00:00", "11:00:02"));
        resources.put("totals", "suspendAfterFailures: 1", looks.status());
        assertThat(scrape().series("ns", "totals"))
                .containsEntry("matview_suspended", 1.0)
                .containsEntry("matview_stalled", 1.0);
    }

    @Test
    void whatWasWrittenLastCountsAlsoBeforeTheInformerHasIt() throws IOException {
        Looks looks = Looks.inOperator();
        looks.settle();
        var resource = resources.put("totals", "mode: Standard", MaterializedViewRefreshStatus.EMPTY);
        memory.wrote(resource, looks.status());
        assertThat(scrape().series("ns", "totals")).containsEntry("matview_ready", 1.0);
    }

    @Test
    void whatIsCountedComesWithARunAndGoesWithTheResource() throws IOException {
        Looks looks = Looks.inOperator();
        looks.settle();
        var before = looks.status();
        looks.look("11:00:00");
        var outcome = refreshed("11:00:00", "11:00:02");
        looks.end("11:00:02", outcome);
        var resource = resources.put("totals", "mode: Standard", looks.status());
        ResourceKey key = ResourceKey.of(resource);
        var progress = new Progress.Ended(looks.lastPurpose(), outcome, null, false, false);
        exposition.wrote(key, before, looks.status(), progress);

        String counted = "matview_refreshes_total{outcome=\"Succeeded\",reason=\"\",}";
        assertThat(scrape().series("ns", "totals")).containsEntry(counted, 1.0);
        assertThat(scrape().series())
                .containsEntry("matview_refresh_duration_seconds_bucket{mode=\"Concurrent\",le=\"1.0\",}", 0.0)
                .containsEntry("matview_refresh_duration_seconds_bucket{mode=\"Concurrent\",le=\"2.5\",}", 1.0)
                .containsEntry("matview_refresh_duration_seconds_sum{mode=\"Concurrent\",}", 2.0);

        resources.clear();
        exposition.forget(key);
        assertThat(scrape().text()).doesNotContain("totals");
        resources.put("totals", "mode: Standard", looks.status());
        assertThat(scrape().series("ns", "totals")).doesNotContainKey(counted);
    }

    @Test
    void whoeverStandsByTellsNothingOfResources() throws IOException {
        resources.put("totals", "mode: Standard", null);
        leadership.end();
        assertThat(scrape().series("ns", "totals")).isEmpty();
        assertThat(scrape().series()).containsEntry("matview_leader", 0.0);
    }

    @Test
    void looksThatEndEarlyAreCounted() throws IOException {
        exposition.failed();
        assertThat(scrape().series()).containsEntry("matview_reconcile_errors_total", 1.0);
    }

    @Test
    void aResourceWithoutASpecIsNoReasonToFail() throws IOException {
        resources.put("totals", "mode: Standard", null).setSpec(null);
        assertThat(scrape().series("ns", "totals")).containsEntry("matview_suspended", 0.0);
    }

    @Test
    void namesThatTheFormatCanNotHoldAreEscaped() throws IOException {
        var families = new Families();
        families.add(Metric.RUNS_RUNNING, List.of("db:5432/we\"ird\\na\nme {}"), 1.0);
        var text = new StringWriter();
        TextFormat.write004(text, Collections.enumeration(families.list()));
        assertThat(text.toString())
                .endsWith("matview_runs_running{database=\"db:5432/we\\\"ird\\\\na\\nme {}\",} 1.0\n");
    }

    private Scrape scrape() throws IOException {
        var text = new StringWriter();
        TextFormat.write004(text, registry.metricFamilySamples());
        return new Scrape(text.toString());
    }

    /** Stands for what the informer has. */
    private static final class Resources implements Cache<MaterializedViewRefresh> {
        private final Map<ResourceID, MaterializedViewRefresh> all = new LinkedHashMap<>();

        MaterializedViewRefresh put(String name, String spec, @Nullable MaterializedViewRefreshStatus status) {
            var resource = new MaterializedViewRefresh();
            resource.setMetadata(new ObjectMetaBuilder()
                    .withNamespace("ns")
                    .withName(name)
                    .withUid("uid of " + name)
                    .build());
            resource.setSpec(Looks.spec(spec));
            resource.setStatus(status);
            all.put(ResourceID.fromResource(resource), resource);
            return resource;
        }

        void clear() {
            all.clear();
        }

        @Override
        public Optional<MaterializedViewRefresh> get(ResourceID id) {
            return Optional.ofNullable(all.get(id));
        }

        @Override
        public Stream<ResourceID> keys() {
            return all.keySet().stream();
        }

        @Override
        public Stream<MaterializedViewRefresh> list(Predicate<MaterializedViewRefresh> predicate) {
            return all.values().stream().filter(predicate);
        }
    }
}
