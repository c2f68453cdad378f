package dev.matview.operator.controller;

import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.RefreshRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which run hooks are called for. */
final class HookOccasion {
    /** What ended before that, somebody else has told of, or it is no news any more. */
    private static final Duration RECENT = Duration.ofMinutes(5);

    private HookOccasion() {}

    /** The run that has ended between two statuses, or null: a failure that is only tried again is told of once. */
    static @Nullable RefreshRecord between(MaterializedViewRefreshStatus before, MaterializedViewRefreshStatus after) {
        RefreshRecord run = newest(after);
        RefreshRecord previous = newest(before);
        if (run == null || previous == null || !run.startTime().equals(previous.startTime())) {
            return run;
        }
        boolean told = run.status().equals(previous.status()) && Objects.equals(run.reason(), previous.reason());
        return told ? null : run;
    }

    /** The last run, if it ended so lately that whoever recorded it may have ended before its hooks; else null. */
    static @Nullable RefreshRecord recent(MaterializedViewRefreshStatus status, Instant now) {
        RefreshRecord run = newest(status);
        boolean lately = run != null
                && run.completionTime() != null
                && run.completionTime().isAfter(now.minus(RECENT));
        return lately ? run : null;
    }

    private static @Nullable RefreshRecord newest(MaterializedViewRefreshStatus status) {
        RefreshRecord run = status.history().isEmpty() ? null : status.history().getFirst();
        boolean ended = run != null
                && (run.status().equals(Records.SUCCEEDED) || run.status().equals(Records.FAILED));
        return ended ? run : null;
    }
}
