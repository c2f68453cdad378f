package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.failing;
import static dev.matview.operator.it.StatusIs.lastRefresh;
import static dev.matview.operator.it.StatusIs.message;
import static dev.matview.operator.it.StatusIs.notValidatedYet;
import static dev.matview.operator.it.StatusIs.ready;
import static dev.matview.operator.it.StatusIs.stalled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.RefreshRecord;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What a pod does not tell itself: why it has not started, or why it left no result. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class CronJobFailureIT {
    private static final Duration PATIENCE = TestKubelet.PATIENCE;

    private final Scene scene;

    CronJobFailureIT(Scene scene) {
        this.scene = scene;
    }

    @Test
    void podsThatEndWithoutAResultAreToldApartAndNotTriedAgainAtOnce() throws SQLException {
        scene.createView("totals");
        var resource = validated("");
        try (var kubelet = served(resource)) {
            assertThat(failure(resource, kubelet, "oom", pod -> kubelet.ended(pod, 137, "OOMKilled", "")))
                    .isEqualTo("PodOutOfMemory");
            assertThat(failure(resource, kubelet, "killed", pod -> kubelet.ended(pod, 137, "Error", "")))
                    .isEqualTo("ResultMissing");
            assertThat(failure(resource, kubelet, "empty", pod -> kubelet.ended(pod, 0, "Completed", "")))
                    .isEqualTo("ResultMissing");
            assertThat(failure(resource, kubelet, "foreign", pod -> kubelet.ended(pod, 1, "Error", "{\"ok\": true}")))
                    .isEqualTo("ResultMissing");
            assertThat(failure(
                            resource,
                            kubelet,
                            "cut",
                            pod -> kubelet.ended(pod, 1, "Error", "{\"matview\":1,\"kind\":\"Failed\",\"mess")))
                    .isEqualTo("ResultMissing");
            assertThat(failure(resource, kubelet, "garbled", pod -> kubelet.ended(pod, 1, "Error", "x".repeat(4096))))
                    .isEqualTo("ResultMissing");
            resource.request("well");
            kubelet.run();
            var status = resource.await("well again", PATIENCE, answered("well").and(ready("Succeeded")));
            assertThat(status.history()).hasSize(7);
            assertThat(kubelet.newPods()).isEmpty();
        }
    }

    @Test
    void anEvictedPodAndALostNodeAreToldApartAndTheRunIsTriedAgain() throws SQLException {
        scene.createView("totals");
        var resource = validated("");
        try (var kubelet = served(resource)) {
            resource.request("go");
            kubelet.report(
                    kubelet.awaitPod(),
                    new PodStatusBuilder()
                            .withPhase("Failed")
                            .withReason("Evicted")
                            .build());
            resource.await("evicted", PATIENCE, failing("PodEvicted"));
            kubelet.report(kubelet.awaitPod(), disrupted("DeletionByTaintManager"));
            resource.await("lost", PATIENCE, failing("NodeLost"));
            kubelet.run();
            var status = resource.await("made up", PATIENCE, answered("go").and(ready("Succeeded")));
            assertThat(status.history()).singleElement().returns(3L, RefreshRecord::attempts);
            resource.awaitEvent("PodEvicted");
            resource.awaitEvent("NodeLost");
        }
    }

    private static PodStatus disrupted(String reason) {
        return new PodStatusBuilder()
                .withPhase("Failed")
                .addNewCondition()
                .withType("DisruptionTarget")
                .withStatus("True")
                .withReason(reason)
                .endCondition()
                .build();
    }

    @Test
    void aPodThatIsDeletedBeforeItsEndIsSaidAndTheRunIsTriedAgain() throws SQLException {
        scene.createView("totals");
        var resource = validated("");
        try (var kubelet = served(resource)) {
            resource.request("go");
            var pod = kubelet.awaitPod();
            kubelet.running(pod);
            scene.client().resource(pod).withGracePeriod(0).delete();
            resource.await("deleted", PATIENCE, failing("PodDeleted"));
            kubelet.run();
            resource.await("made up", PATIENCE, answered("go").and(ready("Succeeded")));
        }
    }

    @Test
    void whatKeepsAPodFromStartingIsSaidWhileItDoes() throws SQLException {
        scene.createView("totals");
        var resource = scene.create("totals", "execution: CronJob");
        try (var kubelet = new TestKubelet(scene, resource)) {
            var look = kubelet.awaitPod();
            kubelet.waiting(look, "ErrImagePull");
            var status = resource.await("image", PATIENCE, notValidatedYet("ImageNotPulled"));
            assertThat(message(status)).contains("localhost/matview-operator:0.1.0", "pod template");
            resource.awaitEvent("ImageNotPulled");
            kubelet.run(look);
            resource.await("validated", PATIENCE, ready("Valid"));
            resource.request("go");
            var pod = kubelet.awaitPod();
            kubelet.unschedulable(pod);
            resource.await("full", PATIENCE, failing("PodNotScheduled"));
            kubelet.run(pod);
            resource.await("answered", PATIENCE, answered("go").and(ready("Succeeded")));
        }
    }

    @Test
    void aJobThatTakesTooLongEndsAtItsDeadline() throws SQLException {
        scene.createView("totals");
        var resource = validated("");
        try (var kubelet = new TestKubelet(scene, resource)) {
            String valid = kubelet.run();
            resource.await("validated", PATIENCE, ready("Valid"));
            resource.edit(Map.of("cronJob", Map.of("activeDeadlineSeconds", 30)));
            kubelet.ended(kubelet.awaitPod(), 0, "Completed", valid);
            resource.await("validated anew", PATIENCE, s -> Objects.equals(s.observedGeneration(), 2L));
            resource.request("long");
            var pod = kubelet.awaitPod();
            kubelet.running(pod);
            resource.await("shown", PATIENCE, lastRefresh("Running"));
            resource.await("too long", PATIENCE, answered("long").and(failing("DeadlineExceeded")));
            resource.request("stuck");
            kubelet.waiting(kubelet.awaitPod(), "ImagePullBackOff");
            resource.await("said", PATIENCE, failing("ImageNotPulled"));
            await("its Job is over").atMost(PATIENCE).untilAsserted(() -> assertThat(
                            resource.status().history())
                    .extracting(RefreshRecord::reason)
                    .containsExactly("ImageNotPulled", "DeadlineExceeded"));
            resource.edit(Map.of("cronJob", Map.of("activeDeadlineSeconds", 900)));
            resource.await("in the status", PATIENCE, failing("ImageNotPulled"));
        }
    }

    @Test
    void aJobThatIsDeletedDuringItsRunIsSaidAndNotRunAgain() throws SQLException {
        scene.createView("totals");
        var resource = validated("");
        try (var kubelet = served(resource)) {
            resource.request("go");
            kubelet.running(kubelet.awaitPod());
            resource.await("shown", PATIENCE, lastRefresh("Running"));
            new OwnedJobs(scene, resource)
                    .jobs()
                    .forEach(job -> scene.client().resource(job).delete());
            resource.await("said", PATIENCE, answered("go").and(failing("JobDeleted")));
            resource.request("again");
            kubelet.run();
            resource.await("answered", PATIENCE, answered("again").and(ready("Succeeded")));
        }
    }

    @Test
    void theCronJobOfAResourceThatSuspendsItselfStartsNothingUntilTheSpecIsChanged() throws SQLException {
        scene.createView("totals");
        var resource = validated("schedules: ['@yearly'], suspendAfterFailures: 1");
        var owned = new OwnedJobs(scene, resource);
        try (var kubelet = served(resource)) {
            assertThat(owned.awaitCronJobs(1).getFirst().getSpec().getSuspend()).isFalse();
            resource.request("go");
            kubelet.ended(kubelet.awaitPod(), 137, "OOMKilled", "");
            resource.await("suspended", PATIENCE, answered("go").and(stalled("SuspendedByFailures")));
            await("its CronJob too").atMost(PATIENCE).until(() -> isSuspended(owned));
            resource.edit(Map.of("suspendAfterFailures", 2));
            kubelet.run();
            resource.await("no longer", PATIENCE, failing("PodOutOfMemory"));
            await("its CronJob neither").atMost(PATIENCE).until(() -> !isSuspended(owned));
        }
    }

    private static boolean isSuspended(OwnedJobs owned) {
        return owned.awaitCronJobs(1).getFirst().getSpec().getSuspend();
    }

    private RefreshResource validated(String spec) {
        return scene.create("totals", "execution: CronJob" + (spec.isEmpty() ? "" : ", " + spec));
    }

    /** Has the pod run that looks at the view. */
    private TestKubelet served(RefreshResource resource) {
        var kubelet = new TestKubelet(scene, resource);
        kubelet.run();
        resource.await("validated", PATIENCE, ready("Valid"));
        return kubelet;
    }

    private static String failure(RefreshResource resource, TestKubelet kubelet, String token, Consumer<Pod> fate) {
        resource.request(token);
        fate.accept(kubelet.awaitPod());
        var run = Objects.requireNonNull(
                resource.await(token, PATIENCE, answered(token)).lastRefresh());
        assertThat(run.status()).isEqualTo("Failed");
        assertThat(run.message()).isNotBlank().doesNotContain("xxx");
        return String.valueOf(run.reason());
    }
}
