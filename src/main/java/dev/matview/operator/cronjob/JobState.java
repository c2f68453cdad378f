package dev.matview.operator.cronjob;

import dev.matview.operator.postgres.Failure;
import dev.matview.operator.refresh.Outcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Where a Job stands. */
public sealed interface JobState {
    /**
     * Not at its end.
     *
     * @param startTime when its container started; null before
     * @param obstacle what keeps it from starting, or null
     */
    record Active(@Nullable Instant startTime, @Nullable Failure obstacle) implements JobState {}

    /** At its end, whatever way it came there. */
    record Ended(Outcome outcome) implements JobState {}
}
