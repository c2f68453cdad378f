package dev.matview.operator.cronjob;

import dev.matview.operator.api.Reason;
import dev.matview.operator.postgres.Failure;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What Kubernetes says of a pod that did not get to its end by itself, as failures with the fix ("Pod Lifecycle" and
 * "Disruptions" in its documentation).
 */
final class PodFailures {
    private static final int KILLED = 137;

    /** How registries and the runtimes that ask them say that a login lacks or is wrong; the node tells it in words alone. */
    private static final Pattern REFUSED =
            Pattern.compile("(?i)\\b40[13]\\b|unauthorized|forbidden|denied|authorization|no basic auth credentials");

    /** Longer than a node takes for an image as a rule. */
    private static final Duration START = Duration.ofMinutes(2);

    private PodFailures() {}

    /** Why somebody else ended the pod, or null when nobody did. */
    static @Nullable Failure disruption(@Nullable Pod pod) {
        if (pod == null || pod.getStatus() == null) {
            return null;
        }
        String disrupted = reason(pod, "DisruptionTarget", "True");
        String reason = Objects.requireNonNullElse(pod.getStatus().getReason(), "");
        if ("DeletionByTaintManager".equals(disrupted)
                || "DeletionByPodGC".equals(disrupted)
                || reason.equals("NodeLost")) {
            return new Failure(
                    Reason.NODE_LOST,
                    node(pod) + " of the Job's pod is gone or no longer answers: the server undoes what was under way,"
                            + " and the run is tried again on another");
        } else if ("PreemptionByScheduler".equals(disrupted)) {
            return new Failure(
                    Reason.POD_EVICTED,
                    "a pod of higher priority took the place of the Job's pod: the run is tried again; give the"
                            + " operator's pod template a priorityClassName if that goes on");
        } else if (reason.equals("Evicted")) {
            return new Failure(
                    Reason.POD_EVICTED,
                    node(pod) + " ran short of memory or disk and evicted the Job's pod: the run is tried again; raise"
                            + " spec.cronJob.resources.requests.memory if that goes on");
        } else if (disrupted != null || reason.equals("NodeShutdown") || reason.equals("Terminated")) {
            return new Failure(
                    Reason.POD_EVICTED,
                    "the Job's pod had to leave " + node(pod) + ", which is drained or shut down: the run is tried"
                            + " again on another");
        } else if (reason.startsWith("OutOf") || reason.equals("UnexpectedAdmissionError")) {
            return new Failure(
                    Reason.POD_NOT_SCHEDULED,
                    node(pod) + " had no room for the Job's pod (" + reason
                            + "): lower spec.cronJob.resources.requests," + " or add room; the run is tried again");
        }
        return null;
    }

    /** Why a pod that has ended, or is gone, has left no result. */
    static Failure end(@Nullable Pod pod, @Nullable ContainerStateTerminated terminated, boolean succeeded) {
        if (terminated == null) {
            String when = succeeded ? "its Job succeeded, but its pod" : "the Job's pod";
            return new Failure(
                    succeeded ? Reason.RESULT_MISSING : Reason.POD_DELETED,
                    when + " was deleted before its result was read" + (succeeded ? "" : ": the run is tried again"));
        } else if ("OOMKilled".equals(terminated.getReason())) {
            return new Failure(
                    Reason.POD_OUT_OF_MEMORY,
                    "the Job's pod used more memory than its limit, and was killed: raise"
                            + " spec.cronJob.resources.limits.memory (128Mi is enough for most)");
        } else if ("StartError".equals(terminated.getReason()) || "ContainerCannotRun".equals(terminated.getReason())) {
            return new Failure(
                    Reason.POD_NOT_STARTED,
                    "the container of the Job's pod could not be started (" + terminated.getReason()
                            + "): see that the operator's pod template fits the image");
        }
        boolean silent =
                terminated.getMessage() == null || terminated.getMessage().isBlank();
        int code = Objects.requireNonNullElse(terminated.getExitCode(), 0);
        if (code == KILLED && silent) {
            // A node does not always get to know that it was the limit: then all that is left is the signal.
            return new Failure(
                    Reason.RESULT_MISSING,
                    "the Job's pod was killed and left no result: its node gives no reason, but it is likely to be the"
                            + " memory limit, so raise spec.cronJob.resources.limits.memory (128Mi is enough for most)");
        }
        return new Failure(
                Reason.RESULT_MISSING,
                "the Job's pod " + (code == KILLED ? "was killed" : "ended with exit code " + code)
                        + (silent
                                ? " and left no result"
                                : " and left a termination message that is cut, or not of this operator's program")
                        + ": see its log, and that the image of the operator's pod template is the operator's own");
    }

    /** The Job took too long. */
    static Failure deadline(Job job) {
        return new Failure(
                Reason.DEADLINE_EXCEEDED,
                "the Job was ended after " + job.getSpec().getActiveDeadlineSeconds()
                        + " s, and the server undid the refresh: raise spec.cronJob.activeDeadlineSeconds, or see what"
                        + " kept the pod from starting");
    }

    /** Nobody makes a pod for the Job. */
    static Failure noPod(Job job) {
        return new Failure(
                Reason.POD_NOT_STARTED,
                "no pod is made for the Job: kubectl describe job "
                        + job.getMetadata().getName()
                        + " says why, such as a quota, a Pod Security level or a service account that does not exist");
    }

    /** Why a pod that is there does not start, or null when nothing is wrong with it yet. */
    static @Nullable Failure obstacle(Pod pod, @Nullable ContainerState state, Instant now) {
        String waiting = state == null || state.getWaiting() == null
                ? ""
                : Objects.requireNonNullElse(state.getWaiting().getReason(), "");
        return switch (waiting) {
            case "ErrImagePull",
                    "ImagePullBackOff",
                    "InvalidImageName",
                    "ErrImageNeverPull",
                    "ImageInspectError",
                    "RegistryUnavailable" -> notPulled(pod, waiting, message(state));
            case "CreateContainerConfigError", "CreateContainerError", "RunContainerError" ->
                new Failure(
                        Reason.POD_NOT_STARTED,
                        "the container of the Job's pod can't be started (" + waiting + "): kubectl describe pod "
                                + pod.getMetadata().getName() + " says why");
            default ->
                "Unschedulable".equals(reason(pod, "PodScheduled", "False"))
                        ? new Failure(
                                Reason.POD_NOT_SCHEDULED,
                                "no node has room for the Job's pod: kubectl describe pod "
                                        + pod.getMetadata().getName()
                                        + " says why; lower spec.cronJob.resources.requests, or add nodes")
                        : delay(pod, now);
        };
    }

    private static Failure notPulled(Pod pod, String reason, @Nullable String message) {
        boolean refused = message != null && REFUSED.matcher(message).find();
        return new Failure(
                Reason.IMAGE_NOT_PULLED,
                node(pod) + " can't get the image \"" + image(pod) + "\" (" + reason
                        + (refused ? ": the registry refuses it): " + login(pod) : "): " + source(pod)));
    }

    private static String login(Pod pod) {
        List<LocalObjectReference> secrets = pod.getSpec().getImagePullSecrets();
        return secrets.isEmpty()
                ? "name a Secret of " + namespace(pod) + " with a login (kubectl create secret docker-registry) in the"
                        + " imagePullSecrets of the operator's pod template (cronJobs.imagePullSecrets of the chart)"
                : "correct the login in the Secret \"" + secrets.getFirst().getName() + "\" of " + namespace(pod)
                        + ", or create it there";
    }

    private static String source(Pod pod) {
        return "correct the image of the operator's pod template (image of the chart); if its registry wants a login,"
                + " name a Secret of " + namespace(pod) + " in cronJobs.imagePullSecrets";
    }

    private static String namespace(Pod pod) {
        return "namespace \"" + pod.getMetadata().getNamespace() + "\"";
    }

    /** A node tells nothing of what it waits for before a container starts: an image under way, a volume, a network. */
    private static @Nullable Failure delay(Pod pod, Instant now) {
        Instant created = Instant.parse(pod.getMetadata().getCreationTimestamp());
        return created.plus(START).isAfter(now)
                ? null
                : new Failure(
                        Reason.POD_NOT_STARTED,
                        "the container of the Job's pod has not started for " + START.toMinutes()
                                + " minutes, as if its image took that long, or a volume of the operator's pod"
                                + " template were missing: kubectl describe pod "
                                + pod.getMetadata().getName() + " says what " + node(pod) + " waits for");
    }

    private static @Nullable String reason(Pod pod, String condition, String status) {
        if (pod.getStatus() == null) {
            return null;
        }
        return pod.getStatus().getConditions().stream()
                .filter(c -> condition.equals(c.getType()) && status.equals(c.getStatus()))
                .map(PodCondition::getReason)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static String node(Pod pod) {
        String name = pod.getSpec().getNodeName();
        return name == null ? "the node" : "node \"" + name + "\"";
    }

    private static @Nullable String message(@Nullable ContainerState state) {
        return state == null || state.getWaiting() == null
                ? null
                : state.getWaiting().getMessage();
    }

    private static String image(Pod pod) {
        return pod.getSpec()
                .getContainers()
                .get(PodTemplate.container(pod.getSpec()))
                .getImage();
    }
}
