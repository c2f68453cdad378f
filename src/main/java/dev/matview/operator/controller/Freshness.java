package dev.matview.operator.controller;

import dev.matview.operator.api.Durations;
import dev.matview.operator.api.FreshnessSpec;
import dev.matview.operator.api.MaterializedViewRefreshSpec;
import dev.matview.operator.api.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Whether the view is as fresh as it is promised to be, by the last success alone: the database need not be there. */
final class Freshness {
    /** The word of the condition, and of the Event when it is fresh again. */
    static final String FRESH = "Fresh";

    static final String STALE = "Stale";

    /** So far the clocks of two machines may be apart. */
    private static final Duration CLOCKS = Duration.ofMinutes(1);

    private Freshness() {}

    /**
     * Sets the condition, or takes it away where nothing is promised.
     *
     * @return when it changes although nothing happens, later than now; null for never
     */
    static @Nullable Instant judge(StatusDraft draft, MaterializedViewRefreshSpec spec, long generation, Instant now) {
        FreshnessSpec promised = spec.freshness();
        if (promised != null) {
            return judge(draft, promised, generation, now);
        } else if (spec.unreadable() == null) {
            draft.remove(FRESH);
        } else if (draft.condition(FRESH) != null) {
            String message = "what freshness is promised can't be read";
            draft.set(FRESH, "Unknown", Reason.UNREADABLE_SPEC.value(), message, generation, now);
        }
        return null;
    }

    private static @Nullable Instant judge(StatusDraft draft, FreshnessSpec promised, long generation, Instant now) {
        Instant success = draft.lastSuccessTime;
        if (success == null) {
            String message = "there was no refresh yet, so nothing is known of the content's age";
            draft.set(FRESH, "Unknown", "NeverRefreshed", message, generation, now);
            return null;
        }
        String since = "the last success was at " + success.truncatedTo(ChronoUnit.SECONDS);
        if (success.isAfter(now.plus(CLOCKS))) {
            String message = since + ", which is still to come: the clock was set back; the next refresh tells";
            draft.set(FRESH, "Unknown", "ClockSetBack", message, generation, now);
            return success.minus(CLOCKS);
        }
        Instant end = success.plus(Durations.parse(promised.maxAge()));
        String until = promised.maxAge() + " (freshness.maxAge) "
                + (now.isBefore(end) ? "until " : "since ")
                + end.truncatedTo(ChronoUnit.SECONDS);
        if (now.isBefore(end)) {
            draft.set(FRESH, "True", FRESH, "not older than " + until + ": " + since, generation, now);
            return end;
        }
        draft.set(FRESH, "False", STALE, "older than " + until + ": " + since, generation, now);
        return null;
    }
}
