package dev.matview.operator.hook;

import dev.matview.operator.net.AllowedHosts;
import dev.matview.operator.net.Deadline;
import java.time.Duration;
import java.time.Instant;

/** What the tests of hooks have in common. */
final class Targets {
    static final Dialer DIALER = new Dialer(AllowedHosts.of("localhost,127.0.0.1"), true);

    private Targets() {}

    /** In clear, on loopback. */
    static Peer local(int port) {
        return new Peer("127.0.0.1", port, false, null);
    }

    /** Time enough. */
    static Deadline ample() {
        return Deadline.in(Duration.ofMinutes(2));
    }

    static Event event() {
        return new Event(
                "8f5b6e0a-0000-4000-8000-000000000000",
                new Event.Data(
                        "analytics",
                        "totals",
                        "public",
                        "größe \"x\"",
                        "Succeeded",
                        "Schedule",
                        Instant.parse("2026-11-21T10:00:00Z"),
                        null,
                        "Concurrent",
                        Instant.parse("2026-11-21T10:00:00.123Z"),
                        Instant.parse("2026-11-21T10:00:02Z"),
                        "1.9s",
                        42L,
                        8192L,
                        null,
                        null,
                        null));
    }
}
