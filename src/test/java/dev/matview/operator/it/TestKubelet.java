package dev.matview.operator.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.cronjob.Labels;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Plays the kubelet for one resource's pods: a test either has them run, in processes of their own that report as a real
 * pod does, or says itself what becomes of them.
 */
final class TestKubelet implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Scene scene;
    private final String uid;
    private final Set<String> seen = new HashSet<>();
    private final List<PodProcess> processes = new ArrayList<>();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

    TestKubelet(Scene scene, RefreshResource resource) {
        this.scene = scene;
        this.uid = resource.object().get().getMetadata().getUid();
    }

    /** The next pod that nobody has asked for yet. */
    Pod awaitPod() {
        var found = new ArrayList<Pod>();
        await("a pod").atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(() -> {
            found.addAll(newPods());
            return !found.isEmpty();
        });
        Pod first = found.getFirst();
        seen.add(first.getMetadata().getUid());
        return first;
    }

    List<Pod> newPods() {
        return scene
                .client()
                .pods()
                .inNamespace(scene.namespace())
                .withLabel(Labels.RESOURCE_UID, uid)
                .list()
                .getItems()
                .stream()
                .filter(pod -> !seen.contains(pod.getMetadata().getUid()))
                .toList();
    }

    /** Runs the next pod to its end, and gives what it reported. */
    String run() {
        return run(awaitPod());
    }

    /** Runs a pod to its end, and gives what it reported. */
    String run(Pod pod) {
        PodProcess process = start(pod);
        return end(pod, process);
    }

    /** Starts a pod's program. */
    PodProcess start(Pod pod) {
        var process = PodProcess.start(scene.client(), pod);
        processes.add(process);
        running(pod);
        return process;
    }

    /** Waits for the program's end, and reports it. */
    String end(Pod pod, PodProcess process) {
        int code = process.awaitExit();
        String message = process.message();
        ended(pod, code, code == 0 ? "Completed" : "Error", message);
        return message;
    }

    /** Runs a pod in the background. */
    void runInBackground(Pod pod) {
        executor.execute(() -> run(pod));
    }

    void running(Pod pod) {
        report(
                pod,
                new PodStatusBuilder()
                        .withPhase("Running")
                        .withStartTime(now())
                        .withContainerStatuses(container()
                                .withNewState()
                                .withNewRunning(now())
                                .endState()
                                .withReady(true)
                                .withStarted(true)
                                .build())
                        .build());
    }

    /** The container has ended so. */
    void ended(Pod pod, int code, String reason, String message) {
        report(
                pod,
                new PodStatusBuilder()
                        .withPhase(code == 0 ? "Succeeded" : "Failed")
                        .withStartTime(now())
                        .withContainerStatuses(container()
                                .withNewState()
                                .withNewTerminated()
                                .withExitCode(code)
                                .withReason(reason)
                                .withMessage(message)
                                .withStartedAt(now())
                                .withFinishedAt(now())
                                .endTerminated()
                                .endState()
                                .build())
                        .build());
    }

    /** The container waits for that reason. */
    void waiting(Pod pod, String reason) {
        report(
                pod,
                new PodStatusBuilder()
                        .withPhase("Pending")
                        .withContainerStatuses(container()
                                .withNewState()
                                .withNewWaiting("told elsewhere", reason)
                                .endState()
                                .build())
                        .build());
    }

    /** No node has room for it. */
    void unschedulable(Pod pod) {
        report(
                pod,
                new PodStatusBuilder()
                        .withPhase("Pending")
                        .addNewCondition()
                        .withType("PodScheduled")
                        .withStatus("False")
                        .withReason("Unschedulable")
                        .withMessage("0/1 nodes are available: 1 Insufficient cpu.")
                        .endCondition()
                        .build());
    }

    void report(Pod pod, PodStatus status) {
        scene.client()
                .pods()
                .inNamespace(scene.namespace())
                .withName(pod.getMetadata().getName())
                .editStatus(stored -> new PodBuilder(stored).withStatus(status).build());
    }

    private static ContainerStatusBuilder container() {
        return new ContainerStatusBuilder()
                .withName("refresh")
                .withImage("localhost/matview-operator:0.1.0")
                .withImageID("")
                .withReady(false)
                .withRestartCount(0);
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    @Override
    public void close() {
        executor.shutdownNow();
        processes.forEach(PodProcess::close);
        assertThat(processes).allSatisfy(process -> assertThat(process.log())
                .doesNotContain(scene.database().password()));
    }
}
