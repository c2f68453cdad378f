package dev.matview.operator.schedule;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether a run on schedule is due. However many scheduled times have passed since the last one that was dealt with, at most one run
 * makes up for them: the latest. The others are only counted.
 */
public sealed interface Due {
    /** Where counting stops, to bound its work: a smaller number of missed times is exact, this one means as many or more. */
    int MISSED_LIMIT = 1_000;

    /**
     * No scheduled time has passed.
     *
     * @param next the next one; null without any schedule, and when none comes within the horizon of {@link CronExpression#next}
     */
    record NotYet(@Nullable Instant next) implements Due {}

    /**
     * A run is due.
     *
     * @param scheduledTime the latest scheduled time that has passed
     * @param missed how many other scheduled times have passed, which get no run; see {@link #MISSED_LIMIT}
     */
    record Now(Instant scheduledTime, long missed) implements Due {}

    /**
     * Scheduled times have passed, but even for the latest it is later than the starting deadline allows.
     *
     * @param scheduledTime the latest scheduled time that has passed
     * @param missed how many scheduled times have passed, that one included, none of which gets a run; see {@link #MISSED_LIMIT}
     * @param next the next scheduled time; null when none comes within the horizon of {@link CronExpression#next}
     */
    record TooLate(
            Instant scheduledTime, long missed, @Nullable Instant next) implements Due {}
}
