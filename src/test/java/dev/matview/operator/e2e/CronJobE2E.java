package dev.matview.operator.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.RefreshRecord;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Refreshes in pods of their own. All tests share one release and run at once: they mostly wait. */
@E2eTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CronJobE2E {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private Release release;

    @BeforeAll
    void install(Platform platform) {
        release = Release.install(platform, Release.CHART, "cronJobs.enabled=true");
    }

    @AfterAll
    void uninstall() {
        release.close();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aScheduledTimeIsServedByAPodWithoutRights(Platform platform) throws SQLException {
        try (var team = Team.create(platform)) {
            team.createView("numbers");
            var before = team.database().scalar("SELECT max(at) FROM numbers");
            var resource = team.refresh(
                    "numbers", Map.of("execution", "CronJob", "schedules", List.of("* * * * *"), "immediate", false));

            var status = resource.awaitStatus(PATIENCE, s -> "Succeeded".equals(s.lastRefreshStatus()));

            var run = Objects.requireNonNull(status.lastRefresh());
            assertThat(run)
                    .returns("Schedule", RefreshRecord::trigger)
                    .returns("Succeeded", RefreshRecord::status)
                    .returns("Concurrent", RefreshRecord::mode);
            assertThat(status.lastScheduleTime()).isNotNull();
            assertThat(status.missedSchedules()).isIn(null, 0L);
            assertThat(team.database().scalar("SELECT max(at) FROM numbers")).isNotEqualTo(before);
            assertThat(resource.awaitEvent(PATIENCE, "Refreshed")).contains("Schedule");
            Pod pod = new TeamJobs(resource).pod(Objects.requireNonNull(run.job()));
            assertThat(pod.getSpec().getVolumes())
                    .extracting(Volume::getProjected)
                    .containsOnlyNulls();
            assertThat(pod.getStatus().getContainerStatuses())
                    .singleElement()
                    .returns(
                            0, container -> container.getState().getTerminated().getExitCode());
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void anEditBetweenTheExecutionsLosesNoRun(Platform platform) throws SQLException {
        try (var team = Team.create(platform)) {
            team.createView("numbers");
            var resource = team.refresh("numbers", Map.of("schedules", List.of("0 0 1 1 *")));
            resource.request("first");
            assertThat(resource.awaitAnswer(PATIENCE, "first").job()).isNull();

            resource.edit(Map.of("execution", "CronJob"));
            resource.request("second");
            assertThat(resource.awaitAnswer(PATIENCE, "second").job()).isNotNull();

            resource.edit(Map.of("execution", "InOperator"));
            resource.request("third");
            assertThat(resource.awaitAnswer(PATIENCE, "third").job()).isNull();
            assertThat(resource.status().history())
                    .filteredOn(run -> run.request() != null)
                    .extracting(RefreshRecord::request, RefreshRecord::status)
                    .containsExactly(
                            tuple("third", "Succeeded"), tuple("second", "Succeeded"), tuple("first", "Succeeded"));
            await("no CronJob")
                    .atMost(PATIENCE)
                    .until(() -> new TeamJobs(resource).cronJobs().isEmpty());
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aCronJobThatSomebodyEditsOrDeletesIsPutRight(Platform platform) throws SQLException {
        try (var team = Team.create(platform)) {
            team.createView("numbers");
            var resource = team.refresh("numbers", Map.of("execution", "CronJob", "schedules", List.of("0 0 1 1 *")));
            var jobs = new TeamJobs(resource);
            CronJob made = jobs.awaitCronJob(PATIENCE);
            resource.awaitReady(PATIENCE, "True", "Succeeded");

            jobs.edit(made, cronJob -> cronJob.getSpec().setSchedule("* * * * *"));
            assertThat(resource.awaitEvent(PATIENCE, "CronJobCorrected")).contains("spec.schedule");
            assertThat(jobs.awaitCronJob(PATIENCE).getSpec().getSchedule()).isEqualTo("0 0 1 1 *");

            platform.client().resource(made).delete();
            resource.awaitEvent(PATIENCE, "CronJobRestored");
            assertThat(jobs.awaitCronJob(PATIENCE).getMetadata().getUid())
                    .isNotEqualTo(made.getMetadata().getUid());

            Instant sent = Instant.now();
            resource.request("by the new one");
            assertThat(resource.awaitAnswer(PATIENCE, "by the new one").status())
                    .isEqualTo("Succeeded");
            Figures.add("request to its answer by a pod", Duration.between(sent, Instant.now()));
        }
    }

    /** What the node or the scheduler does to a pod, and what makes it good. Not every node tells why it killed one. */
    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @CsvSource({
        "limits, memory, 24Mi, 128Mi, 30, PodOutOfMemory, ResultMissing",
        "requests, cpu, 1000, 50m, 3600, PodNotScheduled, none"
    })
    void aPodThatDoesNotFitIsSaidAndItsEditIsEnough(
            String kind,
            String what,
            String unfit,
            String fit,
            long deadline,
            String reason,
            String reasonOfSilentNode,
            Platform platform)
            throws SQLException {
        try (var team = Team.create(platform)) {
            team.createView("numbers");
            var resource = team.refresh(
                    "numbers",
                    Map.of(
                            "execution",
                            "CronJob",
                            "cronJob",
                            Map.of("resources", Map.of(kind, Map.of(what, unfit)), "activeDeadlineSeconds", deadline)));

            var ready = resource.awaitNotReady(PATIENCE, reason, reasonOfSilentNode);
            assertThat(ready.message()).contains("spec.cronJob.resources." + kind);
            resource.awaitEvent(PATIENCE, ready.reason());
            resource.edit(Map.of("cronJob", Map.of("resources", Map.of(kind, Map.of(what, fit)))));
            resource.request("after the edit");
            resource.awaitAnswer(PATIENCE, "after the edit");
            resource.awaitReady(PATIENCE, "True", "Succeeded");
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aSecretThatIsMissingIsSaidByThePodThatStartsAllTheSame(Platform platform) throws SQLException {
        try (var team = Team.create(platform)) {
            team.createView("numbers");
            var resource = team.refresh(
                    "numbers",
                    Map.of("execution", "CronJob", "database", Map.of("secretRef", Map.of("name", "elsewhere"))));

            var status = resource.awaitReady(PATIENCE, "False", "SecretMissing");
            assertThat(Objects.requireNonNull(status.condition("Stalled")).message())
                    .contains("elsewhere");
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aPodThatIsDeletedDuringItsRunIsMadeUp(Platform platform) throws SQLException {
        try (var team = Team.create(platform)) {
            team.createSlowView("slow", Duration.ZERO);
            var resource = team.refresh("slow", Map.of("execution", "CronJob"));
            resource.awaitReady(PATIENCE, "True", "Succeeded");
            team.pace(Duration.ofMinutes(10));
            resource.request("go");
            await("under way").atMost(PATIENCE).until(() -> team.refreshesUnderWay() == 1);

            team.pace(Duration.ZERO);
            platform.client()
                    .resource(new TeamJobs(resource).awaitRunningPod(PATIENCE))
                    .delete();

            await("ended on the server").atMost(PATIENCE).until(() -> team.refreshesUnderWay() == 0);
            resource.awaitEvent(PATIENCE, "Interrupted");
            var status = resource.awaitStatus(PATIENCE, s -> "Succeeded".equals(s.lastRefreshStatus()));
            assertThat(status.history())
                    .filteredOn(run -> "go".equals(run.request()))
                    .extracting(RefreshRecord::status)
                    .containsExactly("Succeeded", "Failed");
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aJobThatTakesTooLongIsEndedAlsoOnTheServer(Platform platform) throws SQLException {
        try (var team = Team.create(platform)) {
            team.createSlowView("slow", Duration.ofMinutes(10));
            var resource = team.refresh(
                    "slow", Map.of("execution", "CronJob", "cronJob", Map.of("activeDeadlineSeconds", 30)));

            resource.awaitReady(PATIENCE, "False", "DeadlineExceeded");
            assertThat(team.refreshesUnderWay()).isZero();
        }
    }
}
