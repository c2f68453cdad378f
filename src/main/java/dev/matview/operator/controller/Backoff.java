package dev.matview.operator.controller;

import java.time.Duration;

/** Pauses that double, from the first to the longest. */
record Backoff(Duration first, Duration longest) {
    /** @param failures so many in a row, at least 1 */
    Duration after(int failures) {
        Duration pause = first;
        for (int i = 1; i < failures && pause.compareTo(longest) < 0; i++) {
            pause = pause.multipliedBy(2);
        }
        return pause.compareTo(longest) < 0 ? pause : longest;
    }
}
