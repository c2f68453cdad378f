package dev.matview.operator.controller;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.api.ViewWarning;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells from the history whether concurrent refreshes cost far more than plain ones would: they compare every row with the
 * old content, at ten times the cost of writing it or more.
 */
final class SlowConcurrent {
    /** What takes no longer is nobody's concern. */
    private static final Duration LONG = Duration.ofSeconds(10);

    private static final int FAR_ABOVE = 4;

    /** Up to here the comparison is most of it: 10 to 20 microseconds for each row; a slow query takes more. */
    private static final Duration COMPARING = Duration.ofNanos(50_000);

    private SlowConcurrent() {}

    /**
     * The warning, or null when there is no cause.
     *
     * @param history of the resource, newest first
     */
    static @Nullable ViewWarning of(List<RefreshRecord> history) {
        RefreshRecord concurrent = newest(history, true);
        Duration taken = concurrent == null ? Duration.ZERO : taken(concurrent);
        if (concurrent == null || taken.compareTo(LONG) < 0) {
            return null;
        }
        RefreshRecord plain = newest(history, false);
        boolean slow = plain == null
                ? concurrent.rows() != null && taken.compareTo(COMPARING.multipliedBy(concurrent.rows())) <= 0
                : taken.compareTo(taken(plain).multipliedBy(FAR_ABOVE)) > 0;
        return slow
                ? new ViewWarning(
                        ViewWarning.SLOW_CONCURRENT_REFRESH,
                        "a concurrent refresh spends most of its time on comparing rows: mode BlueGreen blocks no reader"
                                + " either and compares nothing; an ORDER BY on the columns of the unique index in the"
                                + " view's query makes the comparison cheaper")
                : null;
    }

    private static @Nullable RefreshRecord newest(List<RefreshRecord> history, boolean concurrent) {
        return history.stream()
                .filter(run -> run.status().equals(Records.SUCCEEDED) && run.mode() != null)
                // What others were in the way for says nothing about the refresh.
                .filter(run -> run.lockWait() == null && (run.attempts() == null || run.attempts() == 1))
                .filter(run -> concurrent == RefreshMode.CONCURRENT.value().equals(run.mode()))
                .findFirst()
                .orElse(null);
    }

    private static Duration taken(RefreshRecord run) {
        return run.completionTime() == null ? Duration.ZERO : Duration.between(run.startTime(), run.completionTime());
    }
}
