package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.failing;
import static dev.matview.operator.it.StatusIs.message;
import static dev.matview.operator.it.StatusIs.notValidatedYet;
import static dev.matview.operator.it.StatusIs.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.RefreshRecord;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A CronJob that somebody changes by hand, and a resource that is edited while a pod of it is there. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class CronJobEditIT {
    private static final Duration PATIENCE = TestKubelet.PATIENCE;

    private final Scene scene;

    CronJobEditIT(Scene scene) {
        this.scene = scene;
    }

    @Test
    void aCronJobThatSomebodyEditsOrDeletesIsPutRight() throws SQLException {
        scene.createView("totals");
        var resource = scene.create("totals", "execution: CronJob, schedules: ['0 3 * * *']");
        var jobs = new OwnedJobs(scene, resource);
        CronJob made = jobs.awaitCronJobs(1).getFirst();
        try (var kubelet = new TestKubelet(scene, resource)) {
            kubelet.run();
            resource.await("validated", PATIENCE, ready("Valid"));
        }
        jobs.edit(made, c -> {
            c.getSpec().setSuspend(true);
            c.getSpec()
                    .getJobTemplate()
                    .getSpec()
                    .getTemplate()
                    .getSpec()
                    .getContainers()
                    .getFirst()
                    .setImage("another");
        });
        await("put right").atMost(PATIENCE).untilAsserted(() -> {
            assertThat(jobs.cronJobs()).singleElement().satisfies(c -> {
                assertThat(c.getSpec().getSuspend()).isFalse();
                assertThat(c.getSpec()
                                .getJobTemplate()
                                .getSpec()
                                .getTemplate()
                                .getSpec()
                                .getContainers()
                                .getFirst()
                                .getImage())
                        .isEqualTo("localhost/matview-operator:0.1.0");
            });
        });
        assertThat(resource.awaitEvent("CronJobCorrected").getMessage())
                .contains(made.getMetadata().getName(), "spec.suspend");
        // What the operator says nothing of is no exception.
        jobs.edit(made, c -> c.getSpec()
                .getJobTemplate()
                .getSpec()
                .getTemplate()
                .getSpec()
                .setPriorityClassName("mine"));
        await("put right again")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(jobs.cronJobs()).singleElement().returns(null, c -> c.getSpec()
                        .getJobTemplate()
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getPriorityClassName()));
        jobs.edit(made, c -> c.getMetadata().setLabels(Map.of("mine", "yes")));
        await("found again").atMost(PATIENCE).untilAsserted(() -> assertThat(jobs.cronJobs())
                .singleElement()
                .returns(made.getMetadata().getUid(), c -> c.getMetadata().getUid()));
        jobs.delete(made);
        await("made anew").atMost(PATIENCE).untilAsserted(() -> assertThat(jobs.cronJobs())
                .singleElement()
                .satisfies(c -> assertThat(c.getMetadata().getUid())
                        .isNotEqualTo(made.getMetadata().getUid())));
        resource.awaitEvent("CronJobRestored");
        String version = jobs.versions().getFirst();
        resource.request("now");
        await().atMost(PATIENCE).until(() -> !jobs.jobs().isEmpty());
        assertThat(jobs.versions()).as("writes without a cause").containsExactly(version);
    }

    @Test
    void anEditTakesThePlaceOfAPodThatCannotStart() throws SQLException {
        scene.createView("totals");
        var resource = scene.create("totals", "execution: CronJob, cronJob: {resources: {requests: {cpu: 500}}}");
        var jobs = new OwnedJobs(scene, resource);
        try (var kubelet = new TestKubelet(scene, resource)) {
            var look = kubelet.awaitPod();
            kubelet.unschedulable(look);
            resource.await("said", PATIENCE, notValidatedYet("PodNotScheduled"));
            resource.edit(Map.of("cronJob", Map.of("resources", Map.of("requests", Map.of("cpu", "400")))));
            kubelet.unschedulable(kubelet.awaitPod());
            awaitGone(look);
            resource.edit(Map.of("cronJob", Map.of("resources", Map.of("requests", Map.of("cpu", "50m")))));
            kubelet.run();
            resource.await("validated", PATIENCE, ready("Valid"));

            resource.request("go");
            var stuck = kubelet.awaitPod();
            kubelet.waiting(stuck, "ImagePullBackOff");
            resource.await("said", PATIENCE, failing("ImageNotPulled"));
            resource.edit(Map.of("mode", "Standard"));
            var next = kubelet.awaitPod();
            assertThat(message(resource.status())).contains("what was declared has changed since");
            awaitGone(stuck);
            kubelet.run(next);
            var status = resource.await("answered", PATIENCE, answered("go").and(ready("Succeeded")));
            assertThat(status.history())
                    .singleElement()
                    .returns("Standard", RefreshRecord::mode)
                    .returns("go", RefreshRecord::request)
                    .returns(2L, RefreshRecord::attempts);
            assertThat(kubelet.newPods()).isEmpty();
            assertThat(jobs.jobs()).singleElement().satisfies(job -> assertThat(
                            job.getMetadata().getUid())
                    .isEqualTo(
                            next.getMetadata().getOwnerReferences().getFirst().getUid()));
        }
    }

    @Test
    void anEditWithoutEffectOnPodsAndOneDuringARunLeaveTheJobAlone() throws SQLException {
        scene.createView("totals");
        var resource = scene.create("totals", "execution: CronJob");
        try (var kubelet = new TestKubelet(scene, resource)) {
            kubelet.run();
            resource.await("validated", PATIENCE, ready("Valid"));
            resource.request("go");
            var pod = kubelet.awaitPod();
            kubelet.waiting(pod, "ImagePullBackOff");
            resource.await("said", PATIENCE, failing("ImageNotPulled"));
            resource.edit(Map.of("schedules", List.of("0 3 * * *")));
            await("written").atMost(PATIENCE).until(() -> new OwnedJobs(scene, resource)
                    .cronJobs().stream().anyMatch(c -> c.getSpec().getSchedule().equals("0 3 * * *")));
            kubelet.running(pod);
            resource.await(
                    "taken back", PATIENCE, s -> !failing("ImageNotPulled").test(s));
            resource.edit(Map.of("mode", "Standard"));
            kubelet.run(pod);
            var status = resource.await("answered", PATIENCE, answered("go"));
            assertThat(status.history())
                    .singleElement()
                    .returns("Succeeded", RefreshRecord::status)
                    .returns("Concurrent", RefreshRecord::mode)
                    .returns(1L, RefreshRecord::attempts);
        }
    }

    @Test
    void aRunWhosePodCannotStartIsMadeInTheOperatorAfterTheSwitch() throws SQLException {
        scene.createView("totals");
        var resource = scene.create("totals", "execution: CronJob");
        var jobs = new OwnedJobs(scene, resource);
        try (var kubelet = new TestKubelet(scene, resource)) {
            // A request that comes right after the resource may have its Job beside that of the first look.
            kubelet.run();
            resource.await("validated", PATIENCE, ready("Valid"));
            resource.request("go");
            kubelet.waiting(kubelet.awaitPod(), "ErrImagePull");
            resource.await("said", PATIENCE, failing("ImageNotPulled"));
            resource.edit(Map.of("execution", "InOperator"));
            var status = resource.await("answered", PATIENCE, answered("go").and(ready("Succeeded")));
            assertThat(status.history()).singleElement().returns(null, RefreshRecord::job);
            await("no CronJob and no Job")
                    .atMost(PATIENCE)
                    .until(() -> jobs.cronJobs().isEmpty() && jobs.jobs().isEmpty());
        }
    }

    private void awaitGone(Pod pod) {
        await("gone").atMost(PATIENCE).until(() -> scene.client().resource(pod).get() == null);
    }
}
