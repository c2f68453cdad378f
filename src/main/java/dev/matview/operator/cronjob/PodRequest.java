package dev.matview.operator.cronjob;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.matview.operator.api.DatabaseSpec;
import dev.matview.operator.postgres.ConnectionPolicy;
import dev.matview.operator.postgres.DeclaredView;
import dev.matview.operator.refresh.Trigger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the operator asks of a pod: all but the credentials, which are files there. Holds nothing secret.
 *
 * @param generation of the resource that this was made from
 * @param check whether the view is left alone, and only looked at
 * @param automatic whether the operator started it for a scheduled time or an upstream, so that it may be skipped
 * @param mayOverride whether the Secret lets the resource replace its host, port and database name
 * @param cronJob the name of the CronJob, by which the pod knows which Jobs are the controller's
 * @param earlierSchedules the resource's schedules before this CronJob's own: where one of them has the same scheduled
 *     time, its pod refreshes and this one does not
 * @param timeZone of the schedules
 * @param skip how the pod may skip a run on schedule, or null when it is always to refresh
 */
public record PodRequest(
        long generation,
        DeclaredView view,
        boolean check,
        boolean automatic,
        DatabaseSpec database,
        boolean mayOverride,
        ConnectionPolicy policy,
        String cronJob,
        List<String> earlierSchedules,
        String timeZone,
        @Nullable PodSkip skip) {

    /** The environment variable that holds it. */
    public static final String VARIABLE = "MATVIEW_REQUEST";

    public PodRequest {
        earlierSchedules = List.copyOf(earlierSchedules);
    }

    /** The same for a run that the operator starts itself for that cause. */
    public PodRequest startedFor(Trigger trigger) {
        boolean causedByTime = trigger instanceof Trigger.Schedule || trigger instanceof Trigger.Upstream;
        return new PodRequest(
                generation,
                view,
                trigger instanceof Trigger.Check,
                causedByTime,
                database,
                mayOverride,
                policy,
                cronJob,
                List.of(),
                timeZone,
                skip);
    }

    /** The same with what was kept of the last run, for a pod that may skip. */
    PodRequest handing(@Nullable String fingerprint) {
        PodSkip handed = skip == null ? null : new PodSkip(skip.maxStaleness(), skip.schedules(), fingerprint);
        return new PodRequest(
                generation,
                view,
                check,
                automatic,
                database,
                mayOverride,
                policy,
                cronJob,
                earlierSchedules,
                timeZone,
                handed);
    }

    /** One line of JSON. */
    public String toJson() {
        try {
            return Json.MAPPER.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a request is made of plain values", e);
        }
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException when it is anything else
     */
    public static PodRequest parse(String json) {
        if (json.isEmpty()) {
            throw new IllegalArgumentException(VARIABLE + " is missing");
        }
        try {
            PodRequest request = Json.MAPPER.readValue(json, PodRequest.class);
            if (request == null || request.view() == null || request.database() == null || request.policy() == null) {
                throw new IllegalArgumentException(VARIABLE + " lacks a part");
            }
            return request;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(VARIABLE + " is not a request that this version understands", e);
        }
    }
}
