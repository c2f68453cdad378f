package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Who changes a resource's CronJob by hand. */
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
}
