package dev.matview.operator.postgres;

import java.time.Duration;

/**
 * Bounds on one refresh.
 *
 * @param lock one wait for a lock that readers queue behind
 * @param refresh the whole of it, all waits included
 */
public record RefreshBounds(Duration lock, Duration refresh) {
    /** A lock that blocks no reader is waited for so long: an autovacuum needs deadlock_timeout to make way. */
    static final Duration PATIENCE = Duration.ofSeconds(3);

    /**
     * The pause after a wait that ended without the lock: nine times as long, so that readers wait at most a tenth of the
     * time behind the attempts.
     */
    Duration pause() {
        Duration pause = lock.multipliedBy(9);
        return pause.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : pause;
    }
}
