package dev.matview.operator.controller;

import java.time.Duration;

/**
 * Whether this process may work. A leader's right to it ends by itself unless it is renewed, by a clock that also counts
 * the time in which the process was paused: whoever asks before each step that others would see never acts on a right
 * that has passed to somebody else.
 */
final class Leadership {
    private final boolean elected;
    private volatile boolean held;
    private volatile long endNanos;

    private Leadership(boolean elected) {
        this.elected = elected;
    }

    /** Of a process that is the only one: it always holds. */
    static Leadership ofTheOnlyOne() {
        return new Leadership(false);
    }

    /** Of one of several processes: it does not hold before it is {@link #renew}ed. */
    static Leadership elected() {
        return new Leadership(true);
    }

    boolean holds() {
        return !elected || (held && System.nanoTime() - endNanos < 0);
    }

    /** @param sinceNanos the {@link System#nanoTime} before the renewal was sent, so that it ends here before it does elsewhere */
    void renew(long sinceNanos, Duration duration) {
        endNanos = sinceNanos + duration.toNanos();
        held = true;
    }

    void end() {
        held = false;
    }
}
