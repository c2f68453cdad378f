package dev.matview.operator.controller;

import dev.matview.operator.postgres.Failure;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Purpose;
import dev.matview.operator.refresh.RunState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What there is to say about a resource's runs, wherever they take place. */
sealed interface Progress {
    /** What it is for. */
    Purpose purpose();

    /**
     * A run in this process.
     *
     * @param more whether there may be something in Jobs besides
     */
    static Progress of(RunState<?> state, boolean more) {
        return switch (state) {
            case RunState.UnderWay<?> run -> new UnderWay(run.request().purpose(), run.startTime(), null);
            case RunState.Ended<?> run -> new Ended(run.request().purpose(), run.outcome(), null, more, false);
        };
    }

    /**
     * Not at its end.
     *
     * @param startTime since when; null while it waits for its turn, or its pod to start
     * @param obstacle what keeps its pod from starting, or null
     */
    record UnderWay(
            Purpose purpose,
            @Nullable Instant startTime,
            @Nullable Failure obstacle) implements Progress {}

    /**
     * At its end, and not recorded yet.
     *
     * @param recordedJobs the UIDs of the Jobs that are recorded when this is; null to leave the list as it is
     * @param more whether there is something else to look at before anything new is started
     * @param givenUp whether its pod had not started, and would be another one now
     */
    record Ended(Purpose purpose, Outcome outcome, @Nullable List<String> recordedJobs, boolean more, boolean givenUp)
            implements Progress {}
}
