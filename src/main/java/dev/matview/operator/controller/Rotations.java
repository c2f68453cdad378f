package dev.matview.operator.controller;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers which version of its Secret each resource has used, to tell a rotation from a wrong password. */
final class Rotations {
    /** So long the server may take to learn what the Secret says already. */
    private static final Duration SETTLING = Duration.ofMinutes(5);

    private final Clock clock;
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();

    Rotations(Clock clock) {
        this.clock = clock;
    }

    /**
     * Whether that version took the place of another one a short while ago.
     *
     * @param uid the resource's
     * @param version the Secret's {@code metadata.resourceVersion}
     */
    boolean justChanged(String uid, String version) {
        Instant now = clock.instant();
        Seen current = seen.compute(
                uid,
                (u, before) -> before != null && before.version().equals(version)
                        ? before
                        : new Seen(version, before == null ? Instant.MIN : now));
        return current.since().isAfter(now.minus(SETTLING));
    }

    void forget(String uid) {
        seen.remove(uid);
    }

    private record Seen(String version, Instant since) {}
}
