package dev.matview.operator.postgres.replacement;

import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** How long readers wait. */
final class Latency {
    private Latency() {}

    /** The longest time that a query takes when one reader runs it again and again for so long. */
    static Duration of(TestDatabase database, String query, Duration span) throws SQLException {
        try (Connection reader = database.connect()) {
            long slowest = 0;
            long end = System.nanoTime() + span.toNanos();
            while (System.nanoTime() < end) {
                long start = System.nanoTime();
                Refreshing.scalar(reader, query);
                slowest = Math.max(slowest, System.nanoTime() - start);
            }
            return Duration.ofNanos(slowest);
        }
    }
}
