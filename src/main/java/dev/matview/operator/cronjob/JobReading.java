package dev.matview.operator.cronjob;

import dev.matview.operator.api.Reason;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.refresh.Outcome;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How far a Job is, by what it and its pod say. The command's own word counts most; without it, what Kubernetes says of
 * the pod tells what happened.
 *
 * @param pod the Job's last, or null when there is none
 */
record JobReading(Job job, @Nullable Pod pod, Instant now) {
    /** The Job controller makes a pod within moments. */
    private static final Duration POD_MADE = Duration.ofSeconds(30);

    JobState state() {
        ContainerStateTerminated terminated = terminated();
        String failed = failed();
        boolean finished = condition("Failed") != null || condition("Complete") != null;
        if (terminated == null && !finished && !ended()) {
            return active();
        }
        Outcome told = terminated == null ? null : PodResult.outcome(terminated.getMessage());
        boolean interrupted = told instanceof Outcome.Failed f && f.failure().reason() == Reason.INTERRUPTED;
        if (told != null && !interrupted) {
            return new JobState.Ended(told);
        }
        Failure cause = "DeadlineExceeded".equals(failed) ? PodFailures.deadline(job) : PodFailures.disruption(pod);
        if (told instanceof Outcome.Failed f) {
            return new JobState.Ended(cause == null ? f : failed(cause, f.facts(), terminated));
        }
        return new JobState.Ended(
                failed(cause == null ? PodFailures.end(pod, terminated, failed == null) : cause, null, terminated));
    }

    /** A pod that has failed without its container having run, or that is gone for good, says so by its phase alone. */
    private boolean ended() {
        return pod != null
                && pod.getStatus() != null
                && ("Failed".equals(pod.getStatus().getPhase())
                        || "Succeeded".equals(pod.getStatus().getPhase()));
    }

    private JobState active() {
        if (pod == null) {
            return new JobState.Active(null, nobodyMakesAPod() ? PodFailures.noPod(job) : null);
        }
        ContainerState state = containerState();
        if (state != null && state.getRunning() != null) {
            return new JobState.Active(time(state.getRunning().getStartedAt()), null);
        }
        return new JobState.Active(null, PodFailures.obstacle(pod, state, now));
    }

    private boolean nobodyMakesAPod() {
        JobStatus status = job.getStatus();
        boolean hadOne = status != null
                && (Objects.requireNonNullElse(status.getActive(), 0) > 0
                        || Objects.requireNonNullElse(status.getFailed(), 0) > 0
                        || Objects.requireNonNullElse(status.getSucceeded(), 0) > 0
                        || conditions().findAny().isPresent());
        return !hadOne && created().plus(POD_MADE).isBefore(now);
    }

    /** Why the Job has failed, or will as soon as its pod is gone; null when it has not. */
    private @Nullable String failed() {
        String reason = condition("Failed");
        return reason == null ? condition("FailureTarget") : reason;
    }

    private Outcome.Failed failed(
            Failure failure, @Nullable ViewFacts facts, @Nullable ContainerStateTerminated terminated) {
        Instant start = terminated == null ? null : time(terminated.getStartedAt());
        Instant end = terminated == null ? null : time(terminated.getFinishedAt());
        Instant began = start == null ? created() : start;
        Instant over = end == null ? finishTime() : end;
        return new Outcome.Failed(failure, facts, began, over.isBefore(began) ? began : over, 1, Duration.ZERO);
    }

    private Instant created() {
        return Instant.parse(job.getMetadata().getCreationTimestamp());
    }

    private Instant finishTime() {
        return conditions()
                .map(c -> time(c.getLastTransitionTime()))
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .max(Instant::compareTo)
                .orElse(now);
    }

    private @Nullable String condition(String type) {
        return conditions()
                .filter(c -> type.equals(c.getType()))
                .map(c -> Objects.requireNonNullElse(c.getReason(), ""))
                .findFirst()
                .orElse(null);
    }

    private Stream<JobCondition> conditions() {
        return job.getStatus() == null
                ? Stream.empty()
                : job.getStatus().getConditions().stream().filter(c -> "True".equals(c.getStatus()));
    }

    private @Nullable ContainerStateTerminated terminated() {
        ContainerState state = containerState();
        return state == null ? null : state.getTerminated();
    }

    private @Nullable ContainerState containerState() {
        if (pod == null || pod.getStatus() == null) {
            return null;
        }
        String name = pod.getSpec()
                .getContainers()
                .get(PodTemplate.container(job.getSpec().getTemplate()))
                .getName();
        return pod.getStatus().getContainerStatuses().stream()
                .filter(status -> name.equals(status.getName()))
                .map(ContainerStatus::getState)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable Instant time(@Nullable String text) {
        return text == null || text.isEmpty() ? null : Instant.parse(text);
    }
}
