package dev.matview.operator.controller;

import dev.matview.operator.cronjob.JobRun;
import dev.matview.operator.cronjob.JobState;
import dev.matview.operator.cronjob.Labels;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Trigger;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
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
     * The run in a Job that is to be looked at next: one that has ended and is not recorded, or one that is under way.
     *
     * @param recordedJobs the UIDs of those that are recorded
     */
    @Nullable
    Progress progress(List<String> recordedJobs, Instant now) {
        List<JobRun> runs = jobs.stream()
                .filter(job -> !recordedJobs.contains(job.getMetadata().getUid()))
                .map(job -> JobRun.of(job, pods, now))
                .sorted(ORDER)
                .toList();
        Progress.UnderWay underWay = null;
        for (JobRun run : runs) {
            switch (run.state()) {
                case JobState.Ended(Outcome outcome) -> {
                    return new Progress.Ended(run.purpose(), outcome, recorded(recordedJobs, run), runs.size() > 1);
                }
                case JobState.Active active -> {
                    if (underWay == null || (underWay.startTime() == null && active.startTime() != null)) {
                        underWay = new Progress.UnderWay(run.purpose(), active.startTime(), active.obstacle());
                    }
                }
            }
        }
        return underWay;
    }

    /** Those that are gone need no mention any more. */
    private List<String> recorded(List<String> before, JobRun run) {
        var recorded = new ArrayList<>(before);
        recorded.retainAll(jobs.stream().map(job -> job.getMetadata().getUid()).toList());
        recorded.add(run.uid());
        return List.copyOf(recorded);
    }
}
