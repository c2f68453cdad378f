package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was found and what happened. */
@JsonDeserialize(using = StatusDeserializer.class)
public record MaterializedViewRefreshStatus(
        @JsonPropertyDescription("The generation of the resource that was last validated.") @Nullable
        Long observedGeneration,

        @JsonPropertyDescription(
                "How the last run went: Running, Succeeded, Skipped or Failed; absent before the first.")
        @Nullable
        String lastRefreshStatus,

        @JsonPropertyDescription("When the last run ended, whether well or not.") @Nullable
        Instant lastRefreshTime,

        @JsonPropertyDescription("""
                How old the view's content is at most: when the last refresh that succeeded ended, or a later run began \
                that was skipped because a refresh would not have changed anything.""") @Nullable Instant lastSuccessTime,

        @JsonPropertyDescription("The last scheduled time that was dealt with.") @Nullable
        Instant lastScheduleTime,

        @JsonPropertyDescription("The next scheduled time; absent while suspended and without schedules.") @Nullable
        Instant nextRefreshTime,

        @JsonPropertyDescription(
                "When a run that could not reach the database, or is interrupted again and again, is tried again.")
        @Nullable
        Instant nextRetryTime,

        // A definition without it takes the status all the same, as long as there are none.
        @JsonInclude(JsonInclude.Include.NON_NULL)
        @JsonPropertyDescription(
                "How many times in a row a run that could not reach the database has been tried again so far; absent when it is not.")
        @Nullable
        Long retries,

        @JsonPropertyDescription("""
                How many scheduled times have had no run of their own so far: the operator was down, the resource \
                suspended, the deadline over, or another run still under way.""") @Nullable Long missedSchedules,

        @JsonPropertyDescription(
                "How many runs in a row have failed; one that the end of the operator or its pod interrupted is not counted.")
        @Nullable
        Long consecutiveFailures,

        @JsonPropertyDescription("""
                The token of the last request by the annotation matview.dev/refresh-requested whose refresh has \
                ended.""") @Nullable String lastHandledRefreshRequest,

        @JsonPropertyDescription("The schedules and their time zone as they are in force.") @Nullable
        String schedule,

        @JsonPropertyDescription("Since when they are in force: earlier times are not made up.") @Nullable
        Instant scheduleSince,

        @JsonPropertyDescription("The last run, or the one under way.") @Nullable
        RefreshRecord lastRefresh,

        // A definition without it takes the status all the same, as long as there are none.
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @JsonPropertyDescription("The UIDs of finished Jobs whose results are in this status already.")
        List<String> recordedJobs,

        @JsonPropertyDescription("The view, as the catalog showed it when it was last looked at.") @Nullable
        ViewStatus view,

        @JsonPropertyDescription("The last 10 runs that ended, newest first.")
        List<RefreshRecord> history,

        @JsonPropertyDescription("""
                Ready: the resource is valid and its last run did not fail. Reconciling: a new generation is being \
                validated. Stalled: nothing will happen until somebody changes something. Fresh, with spec.freshness: the \
                view's content is not older than that allows.""") List<Condition> conditions) {

    public static final MaterializedViewRefreshStatus EMPTY = new MaterializedViewRefreshStatus(
            null, null, null, null, null, null, null, null, null, null, null, null, null, null, List.of(), null,
            List.of(), List.of());

    @SuppressWarnings("ConstantValue")
    public MaterializedViewRefreshStatus {
        recordedJobs = recordedJobs == null ? List.of() : List.copyOf(recordedJobs);
        history = history == null ? List.of() : List.copyOf(history);
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }

    /** The condition of that type, or null. */
    public @Nullable Condition condition(String type) {
        return conditions.stream()
                .filter(c -> c.type().equals(type))
                .findFirst()
                .orElse(null);
    }
}
