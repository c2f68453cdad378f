package dev.matview.operator.controller;

import dev.matview.operator.api.SkipReason;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Purpose;
import dev.matview.operator.refresh.Trigger;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How soon something that did not work is tried again.
 *
 * @param retry for a database that could not be reached
 * @param recheck for a resource that can't work as things are
 */
record Pacing(Backoff retry, Backoff recheck) {

    /** The same where a look takes a pod: four times as slow at first, and twelve times in the end. */
    Pacing forJobs() {
        return new Pacing(
                retry,
                new Backoff(recheck.first().multipliedBy(4), recheck.longest().multipliedBy(12)));
    }

    /** The gate after a run that ended so. */
    Gate after(Gate before, Purpose purpose, Outcome outcome, Instant now) {
        boolean sameGeneration = before.generation() != null && before.generation() == purpose.generation();
        int failuresBefore = sameGeneration ? before.failures() : 0;
        if (outcome instanceof Outcome.Skipped skipped && skipped.reason() == SkipReason.VIEW_MISSING) {
            return closed(before, purpose, failuresBefore + 1, recheck.after(failuresBefore + 1), now);
        }
        if (!(outcome instanceof Outcome.Failed failed)) {
            // Only the refresh itself shows whether it works: a right that is missing on a table, say.
            boolean undecided = !(outcome instanceof Outcome.Refreshed) && failuresBefore > 0;
            return undecided ? new Gate(purpose.generation(), before.request(), failuresBefore, null) : Gate.OPEN;
        }
        int failures = failuresBefore + 1;
        Duration pause =
                switch (failed.failure().failureClass()) {
                    case UNREACHABLE -> retry.after(failures);
                    case CANNOT_WORK -> recheck.after(failures);
                    // A run waits for the next scheduled time, which is not the gate's business; a check is made again.
                    case BUSY, DATA, LIMITS, INTERRUPTED -> purpose.isCheck() ? recheck.after(failures) : Duration.ZERO;
                };
        return pause.isZero() ? Gate.OPEN : closed(before, purpose, failures, pause, now);
    }

    private static Gate closed(Gate before, Purpose purpose, int failures, Duration pause, Instant now) {
        String token = purpose.trigger() instanceof Trigger.Manual manual ? manual.request() : before.request();
        return new Gate(purpose.generation(), token, failures, now.plus(pause));
    }

    /** The gate after the operator ended during a run: at once the first time, so that a run that ends it does not always. */
    Gate afterInterruption(long generation, @Nullable String request, @Nullable Long consecutiveFailures, Instant now) {
        int failures = consecutiveFailures == null ? 1 : Math.toIntExact(Math.min(consecutiveFailures, 1_000));
        return failures <= 1 ? Gate.OPEN : new Gate(generation, request, failures, now.plus(retry.after(failures - 1)));
    }
}
