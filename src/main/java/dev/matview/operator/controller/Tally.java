package dev.matview.operator.controller;

import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.refresh.Outcome;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What has been counted of one resource since this process began to serve it.
 *
 * @param refreshes runs that ended, by how
 * @param retries attempts beyond the first for one cause
 * @param lockWait time spent waiting for other users of the view
 */
record Tally(Map<Result, Long> refreshes, long retries, Duration lockWait) {
    static final Tally NOTHING = new Tally(Map.of(), 0, Duration.ZERO);

    Tally {
        refreshes = Map.copyOf(refreshes);
    }

    /**
     * The same with what one written status has more than the one before.
     *
     * @param outcome of the run that is new in it, as far as one in particular is known
     */
    Tally and(MaterializedViewRefreshStatus before, MaterializedViewRefreshStatus after, @Nullable Outcome outcome) {
        var counted = new HashMap<>(refreshes);
        long more = 0;
        for (RefreshRecord run : after.history()) {
            if (before.history().contains(run)) {
                break;
            }
            counted.merge(Result.of(run), 1L, Long::sum);
            more += retries(run, before, after);
        }
        return new Tally(counted, retries + more, lockWait.plus(lockWait(outcome)));
    }

    /** A run that goes on where an earlier try for its cause ended counts on from that one's attempts. */
    private static long retries(
            RefreshRecord run, MaterializedViewRefreshStatus before, MaterializedViewRefreshStatus after) {
        RefreshRecord earlier =
                before.history().isEmpty() ? null : before.history().getFirst();
        boolean continues =
                earlier != null && earlier.sameCauseAs(run) && !after.history().contains(earlier);
        long done = continues ? attempts(earlier) : 1;
        return Math.max(0, attempts(run) - done);
    }

    private static long attempts(@Nullable RefreshRecord run) {
        return run == null || run.attempts() == null ? 0 : run.attempts();
    }

    private static Duration lockWait(@Nullable Outcome outcome) {
        return switch (outcome) {
            case Outcome.Refreshed refreshed -> refreshed.result().lockWait();
            case Outcome.Failed failed -> failed.lockWait();
            case null -> Duration.ZERO;
            case Outcome.Checked _, Outcome.Creatable _, Outcome.Missed _, Outcome.Unchanged _, Outcome.Skipped _ ->
                Duration.ZERO;
        };
    }

    void add(List<String> labels, Families to) {
        refreshes.forEach((result, count) -> to.add(
                Metric.REFRESHES,
                List.of(labels.getFirst(), labels.getLast(), result.outcome(), result.reason()),
                (double) count));
        to.add(Metric.RETRIES, labels, (double) retries);
        to.add(Metric.LOCK_WAIT, labels, lockWait.toMillis() / 1_000.0);
    }

    /**
     * How a run ended.
     *
     * @param outcome Succeeded, Skipped or Failed
     * @param reason as the status has it; empty for one that succeeded
     */
    record Result(String outcome, String reason) {
        static Result of(RefreshRecord run) {
            return new Result(run.status(), run.reason() == null ? "" : run.reason());
        }
    }
}
