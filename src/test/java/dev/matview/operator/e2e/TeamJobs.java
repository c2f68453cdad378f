package dev.matview.operator.e2e;

import static org.awaitility.Awaitility.await;

import dev.matview.operator.cronjob.Labels;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** What Kubernetes runs for a team's resource, seen and changed as with kubectl. */
record TeamJobs(TeamResource resource) {
    List<CronJob> cronJobs() {
        return resource.client()
                .batch()
                .v1()
                .cronjobs()
                .inNamespace(resource.namespace())
                .withLabel(Labels.RESOURCE_UID, uid())
                .list()
                .getItems();
    }

    /** The one CronJob. */
    CronJob awaitCronJob(Duration patience) {
        return await("a CronJob")
                .atMost(patience)
                .until(this::cronJobs, found -> found.size() == 1)
                .getFirst();
    }

    /** Changes it, whatever version is there. */
    void edit(CronJob cronJob, Consumer<CronJob> change) {
        resource.client().resource(cronJob).edit(found -> {
            change.accept(found);
            found.getMetadata().setResourceVersion(null);
            return found;
        });
    }

    List<Pod> pods() {
        return resource.client()
                .pods()
                .inNamespace(resource.namespace())
                .withLabel(Labels.RESOURCE_UID, uid())
                .list()
                .getItems();
    }

    /** The pod of a Job that has made one. */
    Pod pod(String job) {
        return pods().stream()
                .filter(pod -> job.equals(pod.getMetadata().getLabels().get("batch.kubernetes.io/job-name")))
                .findFirst()
                .orElseThrow();
    }

    /** The one pod whose container runs. */
    Pod awaitRunningPod(Duration patience) {
        return await("a pod that runs")
                .atMost(patience)
                .until(
                        () -> pods().stream()
                                .filter(pod -> "Running".equals(pod.getStatus().getPhase()))
                                .toList(),
                        found -> found.size() == 1)
                .getFirst();
    }

    private String uid() {
        return resource.get().getMetadata().getUid();
    }
}
