package dev.matview.operator.refresh;

import dev.matview.operator.net.Deadline;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * How long before its time a prepared run departs: when that comes, its turn has come and is logged, and nothing is left
 * to do but the refresh.
 */
final class HeadStart {
    private static final Duration LENGTH = Duration.ofMillis(50);

    private HeadStart() {}

    /** None for a run that asks whether anything has changed: all that changes before its time counts. */
    static Duration of(RunRequest<?> request) {
        return request.skip() == null ? LENGTH : Duration.ZERO;
    }

    /** Waits for the scheduled time; not much longer than the head start, should the clock be set back just then. */
    static void end(Trigger trigger, Clock clock) throws InterruptedException {
        if (trigger instanceof Trigger.Schedule(Instant time)) {
            Deadline patience = Deadline.in(LENGTH);
            Duration left = Duration.between(clock.instant(), time);
            while (left.isPositive() && patience.remaining().isPositive()) {
                Thread.sleep(left.compareTo(LENGTH) < 0 ? left : LENGTH);
                left = Duration.between(clock.instant(), time);
            }
        }
    }
}
