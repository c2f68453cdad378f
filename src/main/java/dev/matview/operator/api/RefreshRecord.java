package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One run: why it started, how it went. Texts are the operator's own words, never the server's. */
public record RefreshRecord(
        @JsonProperty(required = true) @Required @JsonPropertyDescription("Running, Succeeded, Skipped or Failed.")
        String status,

        @JsonProperty(required = true)
        @Required
        @JsonPropertyDescription(
                "Why it ran: Schedule, Manual, Upstream (a view that it reads was refreshed), Immediate (a new resource) or Unpopulated (the view held no data).")
        String trigger,

        @JsonPropertyDescription("The scheduled time that it answers, for a run on schedule.") @Nullable
        Instant scheduledTime,

        @JsonPropertyDescription("The token of the request that it answers, for a run by annotation.") @Nullable
        String request,

        @JsonPropertyDescription("How the view was refreshed: Standard, Concurrent, BlueGreen or Swap.") @Nullable
        String mode,

        @JsonPropertyDescription("The Job in whose pod it ran, under execution CronJob.") @Nullable
        String job,

        @JsonProperty(required = true)
        @Required
        @JsonPropertyDescription("When the run started; its first attempt, if there were several.")
        Instant startTime,

        @JsonPropertyDescription("When it ended.") @Nullable Instant completionTime,

        @JsonPropertyDescription("How long the refresh took from the connection in hand to the commit, such as 2.7s.")
        @Nullable
        String duration,

        @JsonPropertyDescription("The server's estimate of the view's rows afterwards.") @Nullable
        Long rows,

        @JsonPropertyDescription("The view's size on disk afterwards, in bytes.") @Nullable
        Long sizeBytes,

        @JsonPropertyDescription("How many times it was tried: waits for locks that were repeated, and connections.")
        @Nullable
        Long attempts,

        @JsonPropertyDescription("Time spent waiting for other users of the view, such as 1.5s.") @Nullable
        String lockWait,

        @JsonPropertyDescription("Why it did not succeed, or was skipped, as one word.") @Nullable
        String reason,

        @JsonPropertyDescription(
                "Why it did not succeed, and what to do about it. Of a run that did, what else there is to say, such as an adoption.")
        @Nullable
        String message,

        @JsonPropertyDescription("The server's SQLSTATE (PostgreSQL manual, appendix A), if it reported an error.")
        @Nullable
        String sqlState,

        @JsonPropertyDescription("""
                With skipIfUnchanged, in status.lastRefresh alone: what the content depended on, for comparison by the \
                next run. Its form may change.""") @Nullable String fingerprint) {

    /** The same without the fingerprint, as the history has it. */
    public RefreshRecord withoutFingerprint() {
        return with(message, null);
    }

    /** The same with another message. */
    public RefreshRecord withMessage(String text) {
        return with(text, fingerprint);
    }

    private RefreshRecord with(@Nullable String text, @Nullable String kept) {
        return new RefreshRecord(
                status,
                trigger,
                scheduledTime,
                request,
                mode,
                job,
                startTime,
                completionTime,
                duration,
                rows,
                sizeBytes,
                attempts,
                lockWait,
                reason,
                text,
                sqlState,
                kept);
    }

    /** Whether both are about the same cause for a run, so that the later one replaces the earlier one. */
    public boolean sameCauseAs(RefreshRecord other) {
        return trigger.equals(other.trigger)
                && Objects.equals(request, other.request)
                && Objects.equals(scheduledTime, other.scheduledTime);
    }
}
