package dev.matview.operator.refresh;

import dev.matview.operator.api.SkipReason;
import dev.matview.operator.api.ViewWarning;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.ViewFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a run ended. */
public sealed interface Outcome {
    /** What the catalog said, as far as it was asked, or null. */
    @Nullable
    ViewFacts facts();

    /** A refresh would work. */
    record Checked(ViewFacts facts, List<ViewWarning> warnings) implements Outcome {}

    /** There is no view, and a run would make it and fill it. */
    record Creatable() implements Outcome {
        @Override
        public @Nullable ViewFacts facts() {
            return null;
        }
    }

    /** Its turn came later than it may start: the view was left alone. */
    record Missed(ViewFacts facts) implements Outcome {}

    /**
     * The view was refreshed.
     *
     * @param facts as they were before
     * @param startTime when the connection was in hand and the run's turn had come
     * @param duration from then to the commit
     * @param warnings what speaks against how it is set up, found before
     * @param fingerprint to be handed to the next run, which it may be skipped by, or null
     * @param note what there is to say about it, or null
     */
    record Refreshed(
            ViewFacts facts,
            RefreshResult result,
            Instant startTime,
            Instant completionTime,
            Duration duration,
            List<ViewWarning> warnings,
            @Nullable String fingerprint,
            @Nullable String note)
            implements Outcome {

        /** The same with more sentences. */
        Refreshed and(List<String> said) {
            return new Refreshed(
                    facts, result.and(said), startTime, completionTime, duration, warnings, fingerprint, note);
        }
    }

    /**
     * A refresh would not have changed the view.
     *
     * @param startTime when that was so
     * @param completionTime when it was known
     * @param since when the view was last refreshed
     * @param fingerprint to be handed to the next run
     */
    record Unchanged(
            ViewFacts facts,
            Instant startTime,
            Instant completionTime,
            Duration duration,
            Instant since,
            List<ViewWarning> warnings,
            String fingerprint)
            implements Outcome {}

    /**
     * It did not work; the view is as before.
     *
     * @param facts as far as they were found out, or null
     * @param attempts at the refresh; 0 when it did not come to one
     * @param lockWait time spent on others being in the way
     */
    record Failed(
            Failure failure,
            @Nullable ViewFacts facts,
            Instant startTime,
            Instant completionTime,
            int attempts,
            Duration lockWait)
            implements Outcome {

        /** The same for that reason. */
        public Failed because(Failure other) {
            return new Failed(other, facts, startTime, completionTime, attempts, lockWait);
        }
    }

    /**
     * It was left out, as another run answers the same cause, or there is no view yet; nothing is known of a view.
     *
     * @param message why, for people
     */
    record Skipped(SkipReason reason, String message, Instant startTime, Instant completionTime) implements Outcome {
        @Override
        public @Nullable ViewFacts facts() {
            return null;
        }
    }
}
