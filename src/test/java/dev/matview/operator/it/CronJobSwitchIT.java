package dev.matview.operator.it;

import static dev.matview.operator.it.Schedules.hourlySinceHalfAnHour;
import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.failing;
import static dev.matview.operator.it.StatusIs.lastRefresh;
import static dev.matview.operator.it.StatusIs.message;
import static dev.matview.operator.it.StatusIs.ready;
import static dev.matview.operator.it.StatusIs.stalled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.RefreshRecord;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Between the executions, and across restarts of the operator, no run is lost and none is recorded twice. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class CronJobSwitchIT {
    private static final Duration PATIENCE = TestKubelet.PATIENCE;

    private final Scene scene;

    CronJobSwitchIT(@Unserved Scene scene) {
        this.scene = scene;
    }

    @Test
    void whatEndedWhileTheOperatorWasAwayIsRecordedOnce() throws SQLException {
        scene.createView("totals");
        var operator = scene.startOperator();
        var resource = scene.create("totals", "execution: CronJob");
        try (var kubelet = new TestKubelet(scene, resource)) {
            kubelet.run();
            resource.await("validated", PATIENCE, ready("Valid"));
            resource.request("away");
            var pod = kubelet.awaitPod();
            operator.kill();
            kubelet.run(pod);
            operator = scene.startOperator();
            var status = resource.await("recorded", PATIENCE, answered("away").and(lastRefresh("Succeeded")));
            assertThat(status.history()).hasSize(1);
            operator.stop();
            scene.startOperator();
            resource.request("again");
            kubelet.run();
            status = resource.await("answered", PATIENCE, answered("again"));
            assertThat(status.history()).extracting(RefreshRecord::request).containsExactly("again", "away");
        }
    }

    @Test
    void aRunThatWasDueBeforeTheCronJobIsMadeUpByAJob() throws SQLException {
        scene.createView("totals");
        var resource = scene.createDue("totals", "execution: CronJob", hourlySinceHalfAnHour(), Duration.ofHours(1));
        scene.startOperator();
        try (var kubelet = new TestKubelet(scene, resource)) {
            kubelet.run();
            var status = resource.await("made up", PATIENCE, lastRefresh("Succeeded"));
            assertThat(status.history()).singleElement().returns("Schedule", RefreshRecord::trigger);
            assertThat(status.missedSchedules()).isIn(null, 0L);
            assertThat(kubelet.newPods()).isEmpty();
        }
    }

    @Test
    void aSwitchLetsTheRunEndFirst() throws SQLException {
        scene.createSlowView("slow", Duration.ZERO);
        scene.startOperator();
        var resource = scene.create("slow", "execution: CronJob, schedules: ['0 3 * * *']");
        var jobs = new OwnedJobs(scene, resource);
        try (var kubelet = new TestKubelet(scene, resource)) {
            kubelet.run();
            resource.await("validated", PATIENCE, ready("Valid"));
            scene.pace(Duration.ofMinutes(10));
            resource.request("in a pod");
            var pod = kubelet.awaitPod();
            var process = kubelet.start(pod);
            scene.awaitRefreshesUnderWay(1, PATIENCE);
            resource.await("shown", PATIENCE, lastRefresh("Running"));

            resource.edit(Map.of("execution", "InOperator"));
            await("suspended").atMost(PATIENCE).untilAsserted(() -> assertThat(jobs.cronJobs())
                    .singleElement()
                    .returns(true, c -> c.getSpec().getSuspend()));
            resource.request("in the operator");
            assertThat(scene.refreshesUnderWay()).isEqualTo(1);
            scene.pace(Duration.ZERO);
            process.terminate();
            kubelet.end(pod, process);

            var status = resource.await("both", PATIENCE, answered("in the operator"));
            assertThat(status.history())
                    .extracting(RefreshRecord::request, RefreshRecord::status)
                    .contains(tuple("in a pod", "Failed"));
            assertThat(status.lastRefresh()).isNotNull().satisfies(run -> assertThat(run.job())
                    .isNull());
            await("no CronJob").atMost(PATIENCE).until(() -> jobs.cronJobs().isEmpty());

            resource.edit(Map.of("execution", "CronJob"));
            jobs.awaitCronJobs(1);
            kubelet.run();
            resource.await("validated", PATIENCE, s -> Objects.equals(s.observedGeneration(), 3L));
        }
    }

    @Test
    void anotherPodTemplateTakesThePlaceOfAPodThatCannotStart(@TempDir Path folder) throws SQLException, IOException {
        scene.createView("totals");
        var operator = scene.startOperator();
        var resource = scene.create("totals", "execution: CronJob");
        try (var kubelet = new TestKubelet(scene, resource)) {
            kubelet.run();
            resource.await("validated", PATIENCE, ready("Valid"));
            resource.request("go");
            var stuck = kubelet.awaitPod();
            kubelet.waiting(stuck, "ErrImagePull");
            resource.await("said", PATIENCE, failing("ImageNotPulled"));
            operator.stop();
            operator = scene.startOperator();
            scene.createView("others");
            scene.create("others", "").await("served", PATIENCE, ready("Valid"));
            assertThat(scene.client().resource(stuck).get())
                    .as("the same template leaves it alone")
                    .isNotNull();
            operator.stop();

            Path template = folder.resolve("pod-template.yaml");
            String before = Files.readString(Path.of("src", "test", "resources", "pod-template.yaml"));
            Files.writeString(template, before.replace("spec:", "spec:\n  imagePullSecrets: [{name: registry}]"));
            scene.startOperator(
                    scene.cluster().kubeconfig(), Map.of("MATVIEW_CRONJOBS_POD_TEMPLATE", template.toString()));
            var next = kubelet.awaitPod();
            assertThat(next.getSpec().getImagePullSecrets())
                    .extracting(LocalObjectReference::getName)
                    .containsExactly("registry");
            kubelet.run(next);
            var status = resource.await("answered", PATIENCE, answered("go").and(ready("Succeeded")));
            assertThat(status.history()).singleElement().returns(2L, RefreshRecord::attempts);
        }
    }

    @Test
    void anOperatorWithoutCronJobsSaysSoAndServesTheOthers() throws SQLException {
        scene.createView("totals");
        scene.startOperator(scene.cluster().kubeconfig(), Map.of("MATVIEW_CRONJOBS_POD_TEMPLATE", ""));
        var resource = scene.create("totals", "execution: CronJob");
        var status = resource.await("stalled", PATIENCE, stalled("CronJobsDisabled"));
        assertThat(message(status)).contains("MATVIEW_CRONJOBS_POD_TEMPLATE");
        resource.edit(Map.of("execution", "InOperator"));
        resource.await("valid", PATIENCE, ready("Valid"));
    }
}
