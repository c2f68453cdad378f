package dev.matview.operator.refresh;

import dev.matview.operator.postgres.Connections;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.Lease;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Has connections at hand when a scheduled time comes: to log in with TLS takes longer than all else that comes before a
 * refresh. What goes wrong with that is left for the run itself to find and to tell.
 */
public final class Anticipation {
    /** So long before a scheduled time its connection is opened. */
    public static final Duration LEAD = Duration.ofSeconds(1);

    /** It is given back to its pool so long before, for the run to find it there. */
    private static final Duration RETURN = Duration.ofMillis(100);

    private final Connections connections;
    private final Clock clock;

    public Anticipation(Connections connections, Clock clock) {
        this.connections = connections;
        this.clock = clock;
    }

    /**
     * Opens a connection, and holds it until shortly before that time, so that as many are open then as there are runs to
     * come, and places for them. Returns at once.
     */
    public void of(Instant scheduledTime, Credentials.Source credentials) {
        Thread holder = Thread.ofVirtual().name("anticipation").unstarted(() -> hold(credentials));
        Thread.ofVirtual().name("anticipation-end").start(() -> {
            holder.start();
            try {
                Thread.sleep(Duration.between(clock.instant(), scheduledTime.minus(RETURN)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            holder.interrupt();
        });
    }

    private void hold(Credentials.Source source) {
        try {
            Credentials credentials = source.read();
            try (Lease _ = credentials.open(connections)) {
                Thread.sleep(LEAD);
            }
        } catch (FailureException e) {
            // The run meets the same, and says so.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
