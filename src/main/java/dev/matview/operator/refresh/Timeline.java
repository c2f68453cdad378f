package dev.matview.operator.refresh;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a run did when. Kept by the run's own thread. */
public final class Timeline {
    private final Clock clock;
    private final Instant start;
    private final List<Part> parts = new ArrayList<>();
    private @Nullable Stage current;
    private Instant since;

    /** It begins now. */
    Timeline(Clock clock) {
        this.clock = clock;
        this.start = clock.instant();
        this.since = start;
    }

    /** When it began. */
    public Instant start() {
        return start;
    }

    /** One stage ends, if there was one, and this one begins. */
    void enter(Stage stage) {
        end();
        current = stage;
    }

    /** The stage ends, and none begins. */
    void end() {
        Instant now = clock.instant();
        if (current != null) {
            parts.add(new Part(current, since, now));
        }
        current = null;
        since = now;
    }

    /** The stages that have ended. */
    public List<Part> parts() {
        return List.copyOf(parts);
    }

    /** One stage from its beginning to its end. */
    public record Part(Stage stage, Instant start, Instant end) {}
}
