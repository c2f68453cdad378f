package dev.matview.operator.cronjob;

import dev.matview.operator.api.CronJobSpec;
import dev.matview.operator.api.Durations;
import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshSpec;
import dev.matview.operator.api.SkipIfUnchangedSpec;
import dev.matview.operator.postgres.ConnectionPolicy;
import dev.matview.operator.postgres.DeclaredView;
import dev.matview.operator.refresh.Trigger;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpecBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The CronJobs that a resource asks for, and the Jobs that the operator makes from them.
 *
 * @param suspended whether no schedule is to start anything, be it that the resource says so or that it may not
 * @param mayOverride whether the Secret lets the resource replace its host, port and database name
 * @param fingerprint what was kept of the last run, which the next may be skipped by, or null
 */
public record Declaration(
        MaterializedViewRefresh resource,
        boolean suspended,
        boolean mayOverride,
        ConnectionPolicy policy,
        PodTemplate template,
        @Nullable String fingerprint) {

    /** A resource without schedules has one CronJob all the same, from which Jobs are made: it is always suspended. */
    private static final String ON_DEMAND = "0 0 1 1 *";

    /** Kept until the operator has read them, also when it was away for a while. */
    private static final int FINISHED_JOBS = 3;

    /** A Job waits for a node and an image before its refresh begins. */
    private static final Duration START = Duration.ofMinutes(10);

    /** All of them, the first one first. */
    public List<CronJob> cronJobs() {
        MaterializedViewRefreshSpec spec = spec();
        if (spec.schedules().isEmpty()) {
            return List.of(cronJob(ON_DEMAND, List.of(), true));
        }
        var byName = new LinkedHashMap<String, CronJob>();
        var earlier = new ArrayList<String>();
        for (String schedule : spec.schedules()) {
            CronJob cronJob = cronJob(schedule, earlier, suspended);
            byName.putIfAbsent(cronJob.getMetadata().getName(), cronJob);
            earlier.add(schedule);
        }
        return List.copyOf(byName.values());
    }

    /**
     * A Job made from a CronJob that is there, which owns it.
     *
     * @param situation differs between tries for one cause
     */
    public Job job(CronJob stored, Trigger trigger, String situation) {
        var annotations = new LinkedHashMap<>(jobAnnotations());
        annotations.put(Labels.TRIGGER, trigger.getClass().getSimpleName());
        switch (trigger) {
            case Trigger.Manual(String token)
            when token != null -> annotations.put(MaterializedViewRefresh.REFRESH_REQUESTED, token);
            case Trigger.Schedule(var time) -> annotations.put(Labels.SCHEDULED_TIME, time.toString());
            case Trigger.Manual _, Trigger.Upstream _, Trigger.Immediate _, Trigger.Unpopulated _, Trigger.Check _ -> {}
        }
        String cronJob = stored.getMetadata().getName();
        PodRequest request = request(cronJob, List.of()).handing(fingerprint).startedFor(trigger);
        return new JobBuilder()
                .withNewMetadata()
                .withNamespace(resource.getMetadata().getNamespace())
                .withName(CronJobNames.job(cronJob, annotations.toString(), situation))
                .withLabels(Labels.labels(uid()))
                .withAnnotations(annotations)
                .withOwnerReferences(owner(
                        stored.getApiVersion(),
                        stored.getKind(),
                        cronJob,
                        stored.getMetadata().getUid()))
                .endMetadata()
                .withSpec(jobSpec(request))
                .build();
    }

    /**
     * Whether a Job's pod is as it would be made now. What differs from Job to Job does not count, such as the schedule,
     * nor does an edit that has no effect on pods; and a Job that does not tell is somebody else's.
     */
    public boolean isCurrent(Job job) {
        String made = Labels.annotation(job, Labels.DECLARED_POD);
        return made == null || made.equals(declaredPod());
    }

    private SortedMap<String, String> jobAnnotations() {
        var annotations = new TreeMap<>(Labels.annotations(name()));
        annotations.put(Labels.DECLARED_POD, declaredPod());
        return annotations;
    }

    private String declaredPod() {
        return Integer.toHexString(jobSpec(request(0, "", List.of())).hashCode());
    }

    private CronJob cronJob(String schedule, List<String> earlier, boolean suspend) {
        MaterializedViewRefreshSpec spec = spec();
        String cronJob = CronJobNames.cronJob(name(), uid(), schedule, spec.timeZone());
        return new CronJobBuilder()
                .withNewMetadata()
                .withNamespace(resource.getMetadata().getNamespace())
                .withName(cronJob)
                .withLabels(Labels.labels(uid()))
                .withAnnotations(Labels.annotations(name()))
                .withOwnerReferences(owner(resource.getApiVersion(), resource.getKind(), name(), uid()))
                .endMetadata()
                .withNewSpec()
                .withSchedule(schedule)
                .withTimeZone(spec.timeZone())
                .withStartingDeadlineSeconds(spec.startingDeadlineSeconds())
                .withConcurrencyPolicy("Forbid")
                .withSuspend(suspend)
                .withSuccessfulJobsHistoryLimit(FINISHED_JOBS)
                .withFailedJobsHistoryLimit(FINISHED_JOBS)
                .withNewJobTemplate()
                .withMetadata(new ObjectMetaBuilder()
                        .withLabels(Labels.labels(uid()))
                        .withAnnotations(jobAnnotations())
                        .build())
                .withSpec(jobSpec(request(cronJob, earlier).handing(fingerprint)))
                .endJobTemplate()
                .endSpec()
                .build();
    }

    private JobSpec jobSpec(PodRequest request) {
        CronJobSpec wanted = spec().cronJob();
        Long deadline = wanted == null ? null : wanted.activeDeadlineSeconds();
        PodTemplateSpec pod = template.pod(request, wanted, name(), uid());
        return new JobSpecBuilder()
                // What is tried again, and when, the operator decides: it knows what went wrong.
                .withBackoffLimit(0)
                .withActiveDeadlineSeconds(
                        deadline != null
                                ? deadline
                                : request.view().bounds().refresh().plus(START).toSeconds())
                .withTemplate(pod)
                .build();
    }

    private PodRequest request(String cronJob, List<String> earlier) {
        return request(resource.getMetadata().getGeneration(), cronJob, earlier);
    }

    private PodRequest request(long generation, String cronJob, List<String> earlier) {
        MaterializedViewRefreshSpec spec = spec();
        SkipIfUnchangedSpec skip = spec.skipIfUnchanged();
        return new PodRequest(
                generation,
                DeclaredView.of(spec),
                false,
                false,
                spec.database(),
                mayOverride,
                policy,
                cronJob,
                earlier,
                spec.timeZone(),
                skip == null ? null : new PodSkip(Durations.parse(skip.maxStaleness()), spec.schedules(), null));
    }

    private static OwnerReference owner(String apiVersion, String kind, String name, String uid) {
        return new OwnerReferenceBuilder()
                .withApiVersion(apiVersion)
                .withKind(kind)
                .withName(name)
                .withUid(uid)
                .withController(true)
                .withBlockOwnerDeletion(false)
                .build();
    }

    private MaterializedViewRefreshSpec spec() {
        return resource.getSpec();
    }

    private String name() {
        return resource.getMetadata().getName();
    }

    private String uid() {
        return resource.getMetadata().getUid();
    }
}
