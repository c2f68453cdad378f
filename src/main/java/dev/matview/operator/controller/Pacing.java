package dev.matview.operator.controller;

import dev.matview.operator.api.Durations;
import dev.matview.operator.api.RetrySpec;
import dev.matview.operator.api.SkipReason;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Purpose;
import dev.matview.operator.refresh.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How soon something that did not work is tried again.
 *
 * @param retry for a database that could not be reached
 * @param recheck for a resource that can't work as things are
 * @param random gives a number from 0 up to 1 each time, by which pauses differ; called on any thread
 */
record Pacing(Backoff retry, Backoff recheck, DoubleSupplier random) {

    /** The same with the pauses that a resource declares for itself; null for none. */
    Pacing declared(@Nullable RetrySpec spec) {
        if (spec == null || (spec.backoff() == null && spec.maxBackoff() == null)) {
            return this;
        }
        Duration first = spec.backoff() == null ? retry.first() : Durations.parse(spec.backoff());
        Duration longest = spec.maxBackoff() == null ? retry.longest() : Durations.parse(spec.maxBackoff());
        // What is declared counts more than what is not.
        boolean tooLong = first.compareTo(longest) > 0;
        return new Pacing(
                new Backoff(
                        tooLong && spec.backoff() == null ? longest : first,
                        tooLong && spec.backoff() != null ? first : longest),
                recheck,
                random);
    }

    /** The same where a look takes a pod: four times as slow at first, and twelve times in the end. */
    Pacing forJobs() {
        return new Pacing(
                retry,
                new Backoff(recheck.first().multipliedBy(4), recheck.longest().multipliedBy(12)),
                random);
    }

    /** The gate after a run that ended so. */
    Gate after(Gate before, Purpose purpose, Outcome outcome, Instant now) {
        boolean sameGeneration = before.generation() != null && before.generation() == purpose.generation();
        int failuresBefore = sameGeneration ? before.failures() : 0;
        if (outcome instanceof Outcome.Skipped skipped && skipped.reason() == SkipReason.VIEW_MISSING) {
            return closed(before, purpose, failuresBefore + 1, pause(recheck, failuresBefore + 1), now);
        }
        if (!(outcome instanceof Outcome.Failed failed)) {
            // Only the refresh itself shows whether it works: a right that is missing on a table, say.
            boolean undecided = !(outcome instanceof Outcome.Refreshed) && failuresBefore > 0;
            return undecided ? new Gate(purpose.generation(), before.request(), failuresBefore, null) : Gate.OPEN;
        }
        int failures = failuresBefore + 1;
        Duration pause =
                switch (failed.failure().failureClass()) {
                    case UNREACHABLE -> pause(retry, failures);
                    case CANNOT_WORK -> pause(recheck, failures);
                    // A run waits for the next scheduled time, which is not the gate's business; a check is made again.
                    case BUSY, DATA, LIMITS, INTERRUPTED ->
                        purpose.isCheck() ? pause(recheck, failures) : Duration.ZERO;
                };
        return pause.isZero() ? Gate.OPEN : closed(before, purpose, failures, pause, now);
    }

    private static Gate closed(Gate before, Purpose purpose, int failures, Duration pause, Instant now) {
        String token = purpose.trigger() instanceof Trigger.Manual manual ? manual.request() : before.request();
        return new Gate(purpose.generation(), token, failures, now.plus(pause));
    }

    /**
     * The gate after the operator ended during a run: at once the first time, so that a run that ends it does not always.
     *
     * @param interruptions so many in a row, at least 1
     */
    Gate afterInterruption(long generation, @Nullable String request, int interruptions, Instant now) {
        return interruptions <= 1
                ? Gate.OPEN
                : new Gate(generation, request, interruptions, now.plus(pause(retry, interruptions - 1)));
    }

    /** The gate, unless it would stay closed for longer than any pause: then the clock was set back meanwhile. */
    Gate plausible(Gate gate, Instant now) {
        Duration longest = retry.longest().compareTo(recheck.longest()) > 0 ? retry.longest() : recheck.longest();
        boolean far = gate.notBefore() != null && gate.notBefore().isAfter(now.plus(longest));
        return far ? gate.opened() : gate;
    }

    private Duration pause(Backoff backoff, int failures) {
        return backoff.after(failures, random.getAsDouble());
    }
}
