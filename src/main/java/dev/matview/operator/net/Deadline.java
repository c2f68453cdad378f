package dev.matview.operator.net;

import java.time.Duration;

/**
 * When something must be over.
 *
 * @param nanos as {@link System#nanoTime} counts
 */
public record Deadline(long nanos) {
    /** So long from now. */
    public static Deadline in(Duration duration) {
        return new Deadline(System.nanoTime() + duration.toNanos());
    }

    /** What is left until then; negative when it has passed. */
    public Duration remaining() {
        return Duration.ofNanos(nanos - System.nanoTime());
    }

    /** That much earlier. */
    public Deadline earlierBy(Duration duration) {
        return new Deadline(nanos - duration.toNanos());
    }

    /** That one or the end of a span from now, whichever comes first. */
    public Deadline orIn(Duration duration) {
        return remaining().compareTo(duration) < 0 ? this : in(duration);
    }
}
