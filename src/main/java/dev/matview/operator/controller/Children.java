package dev.matview.operator.controller;

import dev.matview.operator.cronjob.JobRun;
import dev.matview.operator.cronjob.JobState;
import dev.matview.operator.cronjob.Labels;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Trigger;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A resource's CronJobs with their Jobs and pods, as the informers have them. */
record Children(List<CronJob> cronJobs, List<Job> jobs, List<Pod> pods) {
    static final Children NONE = new Children(List.of(), List.of(), List.of());

    /** When a run answers, for the order in which those that have ended are recorded. */
    private static final Comparator<JobRun> ORDER = Comparator.comparing((JobRun run) ->
                    run.purpose().trigger() instanceof Trigger.Schedule(Instant time) ? time : Instant.MAX)
            .thenComparing(run -> String.valueOf(run.purpose().job()));

    static Children of(Context<?> context, ResourceKey key) {
        return new Children(
                those(context.getSecondaryResources(CronJob.class), key),
                those(context.getSecondaryResources(Job.class), key),
                those(context.getSecondaryResources(Pod.class), key));
    }

    /** An earlier resource of the same name may have left some behind, which are about to be collected. */
    private static <T extends HasMetadata> List<T> those(Set<T> objects, ResourceKey key) {
        return objects.stream()
                .filter(object -> object.getMetadata().getLabels() != null
                        && key.uid().equals(object.getMetadata().getLabels().get(Labels.RESOURCE_UID)))
                .toList();
    }

    /** The same with that Job, which the informers need not have yet. */
    Children with(Job job) {
        return has(job)
                ? this
                : new Children(
                        cronJobs, Stream.concat(jobs.stream(), Stream.of(job)).toList(), pods);
    }

    /** Whether that Job is among them. */
    boolean has(Job job) {
        return jobs.stream()
                .anyMatch(j -> job.getMetadata().getUid().equals(j.getMetadata().getUid()));
    }

    @Nullable
    CronJob cronJob(String name) {
        return cronJobs.stream()
                .filter(c -> c.getMetadata().getName().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** Whether a Job of that CronJob is under way, or its result is not recorded yet. */
    boolean isBusy(CronJob cronJob, List<String> recordedJobs) {
        String uid = cronJob.getMetadata().getUid();
        return jobs.stream()
                .filter(job -> !recordedJobs.contains(job.getMetadata().getUid()))
                .flatMap(job -> job.getMetadata().getOwnerReferences().stream())
                .anyMatch(owner -> uid.equals(owner.getUid()));
    }

    /**
     * The run in a Job that is to be looked at next: one that has ended and is not recorded, or one that is under way. One
     * whose pod can't start is given up when its next pod would be another.
     *
     * @param recordedJobs the UIDs of those that are recorded
     * @param current whether a Job's pod is as it would be made now
     */
    @Nullable
    Progress progress(List<String> recordedJobs, Predicate<Job> current, Instant now) {
        Map<String, Job> pending = jobs.stream()
                .filter(job -> !recordedJobs.contains(job.getMetadata().getUid()))
                .collect(Collectors.toMap(job -> job.getMetadata().getUid(), job -> job));
        List<JobRun> runs = pending.values().stream()
                .map(job -> JobRun.of(job, pods, now))
                .sorted(ORDER)
                .toList();
        Progress.UnderWay underWay = null;
        for (JobRun run : runs) {
            boolean more = runs.size() > 1;
            switch (run.state()) {
                case JobState.Ended(Outcome outcome) -> {
                    // What it has found out, the next look hands to the CronJobs.
                    return new Progress.Ended(run.purpose(), outcome, recorded(recordedJobs, run), true, false);
                }
                case JobState.Active active -> {
                    Job job = Objects.requireNonNull(pending.get(run.uid()));
                    Failure obstacle = active.obstacle();
                    if (obstacle != null && !current.test(job)) {
                        Outcome outcome = givenUp(obstacle, job, now);
                        return new Progress.Ended(run.purpose(), outcome, recorded(recordedJobs, run), more, true);
                    } else if (underWay == null || (underWay.startTime() == null && active.startTime() != null)) {
                        underWay = new Progress.UnderWay(run.purpose(), active.startTime(), active.obstacle());
                    }
                }
            }
        }
        return underWay;
    }

    private static Outcome givenUp(Failure obstacle, Job job, Instant now) {
        var failure = new Failure(
                obstacle.reason(),
                obstacle.message()
                        + "; what was declared has changed since, so that Job was ended, and the run begins anew");
        Instant created = Instant.parse(job.getMetadata().getCreationTimestamp());
        return new Outcome.Failed(failure, null, created, now.isBefore(created) ? created : now, 1, Duration.ZERO);
    }

    /**
     * Those that are of no more use though nobody removes them: they are recorded, and either only looked at the view or
     * were given up.
     */
    List<Job> spent(List<String> recordedJobs, Instant now) {
        return jobs.stream()
                .filter(job -> recordedJobs.contains(job.getMetadata().getUid()))
                .filter(job -> {
                    JobRun run = JobRun.of(job, pods, now);
                    return run.purpose().isCheck()
                            || (run.state() instanceof JobState.Active active && active.obstacle() != null);
                })
                .toList();
    }

    /** Those that are gone need no mention any more. */
    private List<String> recorded(List<String> before, JobRun run) {
        var recorded = new ArrayList<>(before);
        recorded.retainAll(jobs.stream().map(job -> job.getMetadata().getUid()).toList());
        recorded.add(run.uid());
        return List.copyOf(recorded);
    }
}
