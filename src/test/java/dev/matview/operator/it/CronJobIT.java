package dev.matview.operator.it;

import static dev.matview.operator.it.RefreshResource.runs;
import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.lastRefresh;
import static dev.matview.operator.it.StatusIs.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.RefreshRecord;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A resource whose runs take place in pods: the CronJobs it gets, and what comes of their Jobs. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class CronJobIT {
    private static final Duration PATIENCE = TestKubelet.PATIENCE;

    private final Scene scene;

    CronJobIT(Scene scene) {
        this.scene = scene;
    }

    @Test
    void aResourceGetsOneCronJobForEachScheduleAsItDeclares() throws SQLException {
        scene.createView("totals");
        var resource = scene.create(
                "totals",
                "execution: CronJob, schedules: ['0 3 * * *', '30 4 * * *'], timeZone: Europe/Berlin,"
                        + " startingDeadlineSeconds: 600, cronJob: {resources: {limits: {cpu: 1, memory: 100Mi}},"
                        + " activeDeadlineSeconds: 900}");
        var jobs = new OwnedJobs(scene, resource);
        var cronJobs = jobs.awaitCronJobs(2);
        assertThat(cronJobs)
                .extracting(c -> c.getSpec().getSchedule())
                .containsExactlyInAnyOrder("0 3 * * *", "30 4 * * *");
        assertThat(cronJobs).allSatisfy(c -> {
            assertThat(c.getMetadata().getOwnerReferences())
                    .singleElement()
                    .returns(resource.name(), o -> o.getName())
                    .returns(true, o -> o.getController());
            assertThat(c.getSpec().getTimeZone()).isEqualTo("Europe/Berlin");
            assertThat(c.getSpec().getStartingDeadlineSeconds()).isEqualTo(600);
            assertThat(c.getSpec().getConcurrencyPolicy()).isEqualTo("Forbid");
            assertThat(c.getSpec().getSuspend()).isFalse();
            assertThat(c.getSpec().getSuccessfulJobsHistoryLimit()).isGreaterThanOrEqualTo(3);
            assertThat(c.getSpec().getFailedJobsHistoryLimit()).isGreaterThanOrEqualTo(3);
            var job = c.getSpec().getJobTemplate().getSpec();
            assertThat(job.getBackoffLimit()).isZero();
            assertThat(job.getActiveDeadlineSeconds()).isEqualTo(900);
        });
        assertHarmless(cronJobs.getFirst());
        try (var kubelet = new TestKubelet(scene, resource)) {
            kubelet.run();
            resource.await("validated", PATIENCE, ready("Valid"));
        }
        jobs.awaitNoJob();
        assertThat(resource.status().history()).isEmpty();
        var versions = jobs.versions();
        resource.edit(Map.of("schedules", List.of("30 4 * * *")));
        await().atMost(PATIENCE).until(() -> jobs.cronJobs().size() == 1);
        assertThat(jobs.cronJobs().getFirst().getSpec().getSchedule()).isEqualTo("30 4 * * *");
        assertThat(versions).hasSize(2);
    }

    private void assertHarmless(CronJob cronJob) {
        var pod = cronJob.getSpec().getJobTemplate().getSpec().getTemplate().getSpec();
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getRestartPolicy()).isEqualTo("Never");
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(pod.getVolumes())
                .extracting(
                        v -> v.getSecret() == null ? v.getName() : v.getSecret().getSecretName())
                .containsExactlyInAnyOrder(scene.secret(), scene.authority(), "matview-tmp");
        Container container = pod.getContainers().getFirst();
        assertThat(container.getArgs()).containsExactly("refresh");
        assertThat(container.getTerminationMessagePolicy()).isEqualTo("File");
        assertThat(container.getResources().getLimits().get("memory")).hasToString("100Mi");
        assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
    }

    @Test
    void aRequestBecomesAJobWhoseResultIsRecorded() throws SQLException {
        scene.createView("totals");
        var before = scene.database().scalar("SELECT at FROM totals");
        var resource = scene.create("totals", "execution: CronJob");
        try (var kubelet = new TestKubelet(scene, resource)) {
            kubelet.run();
            resource.await("validated", PATIENCE, ready("Valid"));
            resource.request("go");
            kubelet.run();
            var status = resource.await("answered", PATIENCE, answered("go"));
            assertThat(status.history()).singleElement().satisfies(run -> {
                assertThat(run.trigger()).isEqualTo("Manual");
                assertThat(run.request()).isEqualTo("go");
                assertThat(run.status()).isEqualTo("Succeeded");
                assertThat(run.mode()).isEqualTo("Concurrent");
                assertThat(run.attempts()).isEqualTo(1);
                assertThat(run.job()).startsWith(resource.name());
            });
            assertThat(status.view()).isNotNull().satisfies(view -> {
                assertThat(view.owner()).isEqualTo(scene.database().user());
                assertThat(view.sizeBytes()).isPositive();
                assertThat(view.uniqueIndex()).isEqualTo("totals_id_idx");
            });
            assertThat(scene.database().scalar("SELECT at FROM totals")).isNotEqualTo(before);
            assertThat(resource.awaitEvent("Refreshed").getType()).isEqualTo("Normal");
            var owner = new OwnedJobs(scene, resource)
                    .jobs()
                    .getFirst()
                    .getMetadata()
                    .getOwnerReferences();
            assertThat(owner).singleElement().returns("CronJob", o -> o.getKind());
        }
    }

    @Test
    void aRequestThatComesAtOnceHasItsJobAfterTheFirstLook() throws SQLException {
        scene.createView("totals");
        var resource = scene.create("totals", "execution: CronJob");
        resource.request("go");
        var jobs = new OwnedJobs(scene, resource);
        try (var kubelet = new TestKubelet(scene, resource)) {
            var first = kubelet.awaitPod();
            await().during(Duration.ofSeconds(3))
                    .atMost(PATIENCE)
                    .until(() -> jobs.jobs().size() == 1);
            kubelet.run(first);
            await().atMost(PATIENCE).until(() -> {
                kubelet.newPods().forEach(pod -> kubelet.run(kubelet.awaitPod()));
                return answered("go").test(resource.status());
            });
        }
        assertThat(resource.status().history()).hasSize(1);
    }

    @Test
    void anUnpopulatedViewIsFilledByAJob() throws SQLException {
        scene.database().execute("CREATE MATERIALIZED VIEW bare AS SELECT 1 AS id WITH NO DATA");
        scene.database().execute("CREATE UNIQUE INDEX ON bare (id)");
        var resource = scene.create("bare", "execution: CronJob");
        try (var kubelet = new TestKubelet(scene, resource)) {
            kubelet.run();
            kubelet.run();
            var status =
                    resource.await("filled", PATIENCE, lastRefresh("Succeeded").and(ready()));
            assertThat(runs(status, "Unpopulated")).singleElement().returns("Standard", RefreshRecord::mode);
        }
    }

    @Test
    void aFailureOfTheCommandIsTheResourcesFailure() {
        var resource = scene.create("nothing", "execution: CronJob");
        try (var kubelet = new TestKubelet(scene, resource)) {
            kubelet.run();
            resource.await("stalled", PATIENCE, StatusIs.stalled("ViewMissing"));
        }
    }

    @Test
    void schedulesThatFallOnOneInstantAreRefreshedOnce() throws SQLException {
        scene.createView("totals");
        var resource = scene.create("totals", "execution: CronJob, schedules: ['* * * * *', '*/1 * * * *']");
        var jobs = new OwnedJobs(scene, resource);
        jobs.awaitCronJobs(2);
        try (var kubelet = new TestKubelet(scene, resource)) {
            kubelet.run();
            resource.await("validated", PATIENCE, ready("Valid"));
            var first = kubelet.awaitPod();
            var second = kubelet.awaitPod();
            kubelet.run(first);
            kubelet.run(second);
            var status = resource.await("recorded", PATIENCE, s -> s.history().size() >= 2);
            var time = status.history().getLast().scheduledTime();
            assertThat(status.history())
                    .filteredOn(r -> Objects.equals(time, r.scheduledTime()))
                    .extracting(RefreshRecord::status)
                    .containsExactlyInAnyOrder("Succeeded", "Skipped");
            assertThat(status.lastRefreshStatus()).isEqualTo("Succeeded");
            assertThat(status.lastScheduleTime()).isEqualTo(time);
            assertThat(status.missedSchedules()).isIn(null, 0L);
            assertThat(resource.awaitEvent("Coalesced").getType()).isEqualTo("Normal");
        }
    }

    @Test
    void aPodSkipsWhatAnEarlierOneHasRefreshed() throws SQLException {
        scene.database()
                .execute(
                        "CREATE TABLE t (id int)",
                        "INSERT INTO t VALUES (1)",
                        "CREATE MATERIALIZED VIEW still AS SELECT id FROM t",
                        "CREATE UNIQUE INDEX ON still (id)");
        var resource = scene.create(
                "still",
                "execution: CronJob, immediate: true, schedules: ['* * * * *'], skipIfUnchanged: {maxStaleness: 24h}");
        try (var kubelet = new TestKubelet(scene, resource)) {
            await().atMost(Duration.ofMinutes(5)).until(() -> {
                kubelet.run();
                // The last run is still shown as under way where its pod took a while.
                return resource.status().history().stream().anyMatch(run -> "Skipped".equals(run.status()));
            });
        }
        var status = resource.await(
                "recorded", PATIENCE, StatusIs.lastRefresh("Skipped").and(ready("Skipped")));
        assertThat(status.history().getFirst())
                .returns("Unchanged", RefreshRecord::reason)
                .returns("Schedule", RefreshRecord::trigger);
        assertThat(runs(status, "Immediate")).singleElement().returns("Succeeded", RefreshRecord::status);
        assertThat(Objects.requireNonNull(status.view()).warnings()).isEmpty();
    }

    @Test
    void aLongNameIsShortenedInTheCronJobs() throws SQLException {
        scene.createView("totals");
        String name = scene.named("a".repeat(200) + ".b");
        var resource = scene.create(
                scene.namespace(), name.substring(scene.named("").length()), "totals", "execution: CronJob");
        var jobs = new OwnedJobs(scene, resource);
        assertThat(jobs.awaitCronJobs(1).getFirst().getMetadata().getName()).hasSizeLessThanOrEqualTo(52);
        try (var kubelet = new TestKubelet(scene, resource)) {
            kubelet.run();
            resource.await("validated", PATIENCE, ready("Valid"));
        }
    }

    @Test
    void aSuspendedResourceHasASuspendedCronJobAndTakesRequests() throws SQLException {
        scene.createView("totals");
        var resource = scene.create("totals", "execution: CronJob, suspend: true, schedules: ['* * * * *']");
        var jobs = new OwnedJobs(scene, resource);
        assertThat(jobs.awaitCronJobs(1).getFirst().getSpec().getSuspend()).isTrue();
        try (var kubelet = new TestKubelet(scene, resource)) {
            kubelet.run();
            resource.await("validated", PATIENCE, ready("Suspended"));
            resource.request("now");
            kubelet.run();
            resource.await("answered", PATIENCE, answered("now"));
        }
        resource.suspend(false);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(jobs.cronJobs()).singleElement().returns(false, c -> c.getSpec()
                        .getSuspend()));
    }

    @Test
    void aJobThatSomebodyMakesFromTheCronJobIsRecordedToo() throws SQLException {
        scene.createView("totals");
        var resource = scene.create("totals", "execution: CronJob");
        var jobs = new OwnedJobs(scene, resource);
        try (var kubelet = new TestKubelet(scene, resource)) {
            kubelet.run();
            resource.await("validated", PATIENCE, ready("Valid"));
            resource.request("before");
            kubelet.run();
            resource.await("answered", PATIENCE, answered("before"));
            Job byHand = jobs.createFrom(jobs.cronJobs().getFirst(), "by-hand");
            kubelet.run();
            var status = resource.await("recorded", PATIENCE, s -> s.history().size() == 2);
            assertThat(status.history().getFirst())
                    .returns("Manual", RefreshRecord::trigger)
                    .returns(byHand.getMetadata().getName(), RefreshRecord::job);
            assertThat(status.lastHandledRefreshRequest()).isEqualTo("before");
        }
    }
}
