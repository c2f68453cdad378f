package dev.matview.operator.refresh;

import dev.matview.operator.api.Reason;
import dev.matview.operator.postgres.Failure;
import java.time.Duration;
import java.time.Instant;

/** A run that ended by an error of this program, not of the database. */
public final class Unexpected {
    private Unexpected() {}

    /** The outcome of a run that ended by that. */
    public static Outcome outcome(Throwable thrown, Instant startTime, Instant completionTime) {
        var failure = new Failure(
                Reason.REFRESH_FAILED,
                "the operator failed (" + thrown.getClass().getSimpleName() + "): its log has the details");
        return new Outcome.Failed(failure, null, startTime, completionTime, 0, Duration.ZERO);
    }
}
