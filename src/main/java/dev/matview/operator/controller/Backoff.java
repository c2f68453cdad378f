package dev.matview.operator.controller;

import java.time.Duration;

/** Pauses that double, from the first to the longest. */
record Backoff(Duration first, Duration longest) {
    /** By so much of a pause it may be shorter, so that what failed together does not come back together. */
    private static final double JITTER = 0.25;

    /**
     * The pause after the last of some failures.
     *
     * @param failures so many in a row, at least 1
     * @param chance from 0, for the whole pause, up to 1, for the shortest
     */
    Duration after(int failures, double chance) {
        Duration pause = first;
        for (int i = 1; i < failures && pause.compareTo(longest) < 0; i++) {
            pause = pause.multipliedBy(2);
        }
        Duration whole = pause.compareTo(longest) < 0 ? pause : longest;
        return whole.minusMillis((long) (whole.toMillis() * JITTER * chance));
    }
}
