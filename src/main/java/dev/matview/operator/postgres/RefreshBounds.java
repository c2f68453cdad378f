package dev.matview.operator.postgres;

import java.time.Duration;

/**
 * Bounds on one refresh.
 *
 * @param lock one wait for a lock that readers queue behind
 * @param refresh the whole of it, all waits included
 */
public record RefreshBounds(Duration lock, Duration refresh) {
    // An autovacuum needs deadlock_timeout, usually one second, to make way.
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /**
     * How long a lock that blocks no reader is waited for: three seconds, or half of what remains, as the wait must end
     * before the statement's own bound, which tells less of the cause. At least a millisecond: 0 is no bound.
     */
    static Duration patience(Duration remaining) {
        long millis = Math.clamp(remaining.toMillis() / 2, 1, PATIENCE.toMillis());
        return Duration.ofMillis(millis);
    }

    /**
     * The pause after a wait that ended without the lock: nine times as long, so that readers wait at most a tenth of the
     * time behind the attempts; at least a second, but no more than a quarter of the whole run, which may be short.
     */
    Duration pause() {
        long millis = Math.max(1_000, lock.toMillis() * 9);
        return Duration.ofMillis(Math.min(millis, refresh.toMillis() / 4));
    }
}
