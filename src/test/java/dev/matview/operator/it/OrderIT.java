package dev.matview.operator.it;

import static dev.matview.operator.it.RefreshResource.runs;
import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.lastRefresh;
import static dev.matview.operator.it.StatusIs.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.api.UpstreamStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Views that read each other. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class OrderIT {
    private static final Duration PATIENCE = TestKubelet.PATIENCE;

    private final Scene scene;

    OrderIT(@Unserved Scene scene) {
        this.scene = scene;
    }

    @Test
    void whatIsDueAtOnceRunsInOrderAcrossNamespacesAndAfterARestart() throws SQLException {
        createChain();
        String schedules = "schedules: ['" + Schedules.hourlySinceHalfAnHour() + "'], mode: Standard";
        var top = scene.create("top", schedules);
        var middle = scene.create(scene.otherNamespace(), "middle", "middle", schedules);
        var base = scene.create("base", schedules);
        var first = scene.startOperator();
        for (var resource : List.of(base, middle, top)) {
            resource.await("validated", ready("Valid"));
        }
        await("top knows who keeps what it reads").atMost(PATIENCE).until(() -> upstreams(top.status())
                .equals(List.of(new UpstreamStatus("public", "middle", true, null, null))));
        first.stop();
        for (var resource : List.of(base, middle, top)) {
            String earlier = Instant.now()
                    .minus(Duration.ofHours(3))
                    .truncatedTo(ChronoUnit.SECONDS)
                    .toString();
            resource.writeStatus(Map.of("scheduleSince", earlier));
        }
        scene.startOperator();
        RefreshRecord of0 = succeeded(base);
        RefreshRecord of1 = succeeded(middle);
        RefreshRecord of2 = succeeded(top);
        assertThat(of1.startTime()).isAfterOrEqualTo(of0.completionTime());
        assertThat(of2.startTime()).isAfterOrEqualTo(of1.completionTime());
        assertThat(scene.database().scalar("SELECT at = (SELECT at FROM base) FROM top"))
                .isEqualTo("t");
        assertThat(of2.message()).contains("waited").contains("for upstreams");
        assertThat(upstreams(top.status()))
                .containsExactly(new UpstreamStatus("public", "middle", true, null, of1.completionTime()));
    }

    @Test
    void aDownstreamBeginsWhenAShortRunBeforeItHasEndedInVain() throws SQLException {
        scene.database()
                .execute(
                        "CREATE TABLE numbers (x int)",
                        "CREATE MATERIALIZED VIEW base AS SELECT 1 / x AS y FROM numbers",
                        "CREATE MATERIALIZED VIEW top AS SELECT y FROM base",
                        "INSERT INTO numbers VALUES (0)");
        scene.startOperator();
        var base = scene.create("base", "mode: Standard, schedules: ['* * * * *']");
        base.await("validated", ready("Valid"));
        var top = scene.create("top", "mode: Standard, schedules: ['* * * * *']");
        top.await("validated", ready("Valid"));
        var status = top.await(
                "run", PATIENCE.plusMinutes(1), s -> !runsAfterAFailure(s).isEmpty());
        RefreshRecord run = runsAfterAFailure(status).getFirst();
        assertThat(run.startTime())
                .isBefore(Objects.requireNonNull(run.scheduledTime()).plusSeconds(30));
    }

    private static List<RefreshRecord> runsAfterAFailure(MaterializedViewRefreshStatus status) {
        return runs(status, "Schedule").stream()
                .filter(run -> run.message() != null && run.message().contains("failed (DataError)"))
                .toList();
    }

    @Test
    void whatFollowsRunsAfterEachRefreshOfWhatItReadsAndOnlyThen() throws SQLException {
        createChain();
        scene.startOperator();
        var base = scene.create("base", "mode: Standard");
        var middle = scene.create("middle", "mode: Standard, upstreams: Follow");
        var top = scene.create("top", "mode: Standard, upstreams: Follow");
        for (var resource : List.of(base, middle, top)) {
            resource.await("validated", ready("Valid"));
        }
        for (String token : List.of("one", "two")) {
            base.request(token);
            base.await("answered", PATIENCE, answered(token));
            Instant refreshed = Objects.requireNonNull(base.status().lastRefreshTime());
            top.await("followed", PATIENCE, lastRefresh("Succeeded").and(s -> refreshed.isBefore(s.lastRefreshTime())));
        }
        assertThat(runs(middle.status(), "Upstream")).hasSize(2);
        assertThat(runs(top.status(), "Upstream")).hasSize(2);
        assertThat(top.status().schedule()).isEqualTo("after upstreams");
        base.delete();
        middle.await("alone", PATIENCE, s -> !upstreams(s).getFirst().managed());
        assertThat(middle.status().history()).hasSize(2);
    }

    @Test
    void theJobsOfADownstreamAreStartedInItsTurnByTheOperator() throws SQLException {
        createChain();
        scene.startOperator(scene.cluster().kubeconfig(), Map.of());
        var base = scene.create("base", "mode: Standard");
        var middle = scene.create(
                "middle", "mode: Standard, upstreams: Follow, execution: CronJob, schedules: ['0 0 1 1 *']");
        base.await("validated", ready("Valid"));
        try (var kubelet = new TestKubelet(scene, middle)) {
            kubelet.run();
            middle.await("validated", PATIENCE, ready("Valid"));
            var jobs = new OwnedJobs(scene, middle);
            await("the CronJob starts nothing itself").atMost(PATIENCE).until(() -> jobs.cronJobs().stream()
                    .allMatch(cronJob -> cronJob.getSpec().getSuspend()));
            base.request("go");
            kubelet.run();
            var status = middle.await("followed", PATIENCE, lastRefresh("Succeeded"));
            assertThat(runs(status, "Upstream")).hasSize(1);
            assertThat(upstreams(status).getFirst().refreshTime())
                    .isEqualTo(base.status().lastRefreshTime());
            base.delete();
            await("the CronJob starts its runs itself").atMost(PATIENCE).until(() -> jobs.cronJobs().stream()
                    .noneMatch(cronJob -> cronJob.getSpec().getSuspend()));
            assertThat(kubelet.newPods()).isEmpty();
        }
    }

    private RefreshRecord succeeded(RefreshResource resource) {
        var status = resource.await("refreshed", PATIENCE, lastRefresh("Succeeded"));
        assertThat(runs(status, "Schedule")).hasSize(1);
        return status.history().getFirst();
    }

    /** Three views, each of which reads the one before through a plain view; the first one takes a second. */
    private void createChain() throws SQLException {
        scene.createSlowView("base", Duration.ofSeconds(1));
        scene.database()
                .execute(
                        "CREATE VIEW over_base AS SELECT id, at FROM base",
                        "CREATE MATERIALIZED VIEW middle AS SELECT id, at FROM over_base",
                        "CREATE VIEW over_middle AS SELECT id, at FROM middle",
                        "CREATE MATERIALIZED VIEW top AS SELECT id, at FROM over_middle");
    }

    private static List<UpstreamStatus> upstreams(MaterializedViewRefreshStatus status) {
        return status.view() == null ? List.of() : status.view().upstreams();
    }
}
