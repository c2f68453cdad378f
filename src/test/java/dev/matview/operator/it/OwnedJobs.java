package dev.matview.operator.it;

import static org.awaitility.Awaitility.await;

import dev.matview.operator.cronjob.Labels;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A resource's CronJobs and Jobs, seen and changed as an admin does it with kubectl. */
record OwnedJobs(Scene scene, RefreshResource resource) {

    List<CronJob> cronJobs() {
        return scene.client()
                .batch()
                .v1()
                .cronjobs()
                .inNamespace(scene.namespace())
                .withLabel(Labels.RESOURCE_UID, uid())
                .list()
                .getItems();
    }

    List<CronJob> awaitCronJobs(int number) {
        await(number + " CronJobs")
                .atMost(TestKubelet.PATIENCE)
                .until(() -> cronJobs().size() == number);
        return cronJobs();
    }

    List<Job> jobs() {
        return scene.client()
                .batch()
                .v1()
                .jobs()
                .inNamespace(scene.namespace())
                .withLabel(Labels.RESOURCE_UID, uid())
                .list()
                .getItems();
    }

    void awaitNoJob() {
        await("no Job").atMost(TestKubelet.PATIENCE).until(() -> jobs().isEmpty());
    }

    /** What changes with each write. */
    List<String> versions() {
        return cronJobs().stream()
                .map(c -> c.getMetadata().getGeneration()
                        + c.getMetadata().getAnnotations().toString())
                .toList();
    }

    void edit(CronJob cronJob, Consumer<CronJob> change) {
        scene.client()
                .batch()
                .v1()
                .cronjobs()
                .inNamespace(scene.namespace())
                .withName(cronJob.getMetadata().getName())
                .edit(c -> {
                    change.accept(c);
                    // As of kubectl patch: whatever version is there.
                    c.getMetadata().setResourceVersion(null);
                    return c;
                });
    }

    void delete(CronJob cronJob) {
        scene.client().resource(cronJob).delete();
    }

    /** As {@code kubectl create job --from} makes it. */
    Job createFrom(CronJob cronJob, String name) {
        var template = cronJob.getSpec().getJobTemplate();
        return scene.client()
                .resource(new JobBuilder()
                        .withNewMetadata()
                        .withNamespace(scene.namespace())
                        .withName(scene.named(name))
                        .withLabels(template.getMetadata().getLabels())
                        .withAnnotations(template.getMetadata().getAnnotations())
                        .addToAnnotations(Map.of("cronjob.kubernetes.io/instantiate", "manual"))
                        .addNewOwnerReference()
                        .withApiVersion("batch/v1")
                        .withKind("CronJob")
                        .withName(cronJob.getMetadata().getName())
                        .withUid(cronJob.getMetadata().getUid())
                        .withController(true)
                        .endOwnerReference()
                        .endMetadata()
                        .withSpec(template.getSpec())
                        .build())
                .create();
    }

    private String uid() {
        return resource.object().get().getMetadata().getUid();
    }
}
