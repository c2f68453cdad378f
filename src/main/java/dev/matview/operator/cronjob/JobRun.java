package dev.matview.operator.cronjob;

import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.refresh.Purpose;
import dev.matview.operator.refresh.Trigger;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One Job as a run of its resource.
 *
 * @param uid the Job's
 */
public record JobRun(String uid, Purpose purpose, JobState state) {
    private static final String BY_HAND = "cronjob.kubernetes.io/instantiate";

    /**
     * What a Job and its pods say.
     *
     * @param pods of the resource; those of other Jobs are passed over
     */
    public static JobRun of(Job job, Collection<Pod> pods, Instant now) {
        String uid = job.getMetadata().getUid();
        Pod pod = pods.stream()
                .filter(p -> uid.equals(Labels.label(p, Labels.JOB_UID)))
                .max(Comparator.comparing(p -> p.getMetadata().getCreationTimestamp()))
                .orElse(null);
        return new JobRun(uid, purpose(job), new JobReading(job, pod, now).state());
    }

    private static Purpose purpose(Job job) {
        PodRequest request = request(job);
        return new Purpose(
                request == null ? 0 : request.generation(),
                trigger(job, request),
                request == null ? RefreshMode.CONCURRENT : request.view().mode(),
                job.getMetadata().getName());
    }

    private static Trigger trigger(Job job, @Nullable PodRequest request) {
        String text = Labels.annotation(job, Labels.TRIGGER);
        if (text == null) {
            Instant scheduled = time(Labels.annotation(job, Labels.CONTROLLER_TIME));
            if (scheduled == null && request != null && Labels.annotation(job, BY_HAND) == null) {
                scheduled = ScheduledJobName.scheduledTime(
                        request.cronJob(), job.getMetadata().getName());
            }
            return scheduled == null ? new Trigger.Manual(null) : new Trigger.Schedule(scheduled);
        }
        Instant scheduled = time(Labels.annotation(job, Labels.SCHEDULED_TIME));
        return switch (text) {
            case "Schedule" -> scheduled == null ? new Trigger.Manual(null) : new Trigger.Schedule(scheduled);
            case "Upstream" -> new Trigger.Upstream();
            case "Immediate" -> new Trigger.Immediate();
            case "Unpopulated" -> new Trigger.Unpopulated();
            case "Check" -> new Trigger.Check();
            default -> new Trigger.Manual(Labels.annotation(job, MaterializedViewRefresh.REFRESH_REQUESTED));
        };
    }

    private static @Nullable Instant time(@Nullable String text) {
        try {
            return text == null ? null : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static @Nullable PodRequest request(Job job) {
        PodTemplateSpec template = job.getSpec().getTemplate();
        Container container = template.getSpec().getContainers().get(PodTemplate.container(template));
        Optional<String> json = container.getEnv().stream()
                .filter(variable -> variable.getName().equals(PodRequest.VARIABLE))
                .map(EnvVar::getValue)
                .findFirst();
        try {
            return json.map(PodRequest::parse).orElse(null);
        } catch (IllegalArgumentException e) {
            // Somebody's own, or a later version's: it ran all the same.
            return null;
        }
    }
}
