package dev.matview.operator.controller;

import dev.matview.operator.postgres.Failure;
import dev.matview.operator.refresh.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the views that a view reads stood when its run was started.
 *
 * @param refreshTimes when each was last refreshed, by identity; one of which that is not known is left out
 * @param remarks what is to be said about them, and about having waited for them
 */
record Departure(Map<String, Instant> refreshTimes, List<String> remarks) {
    Departure {
        refreshTimes = Map.copyOf(refreshTimes);
        remarks = List.copyOf(remarks);
    }

    /** The run's outcome, which says so too. */
    Outcome remarked(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Refreshed o ->
                new Outcome.Refreshed(
                        o.facts(),
                        o.result(),
                        o.startTime(),
                        o.completionTime(),
                        o.duration(),
                        o.warnings(),
                        o.fingerprint(),
                        remarked(o.note()));
            case Outcome.Failed o -> {
                Failure failure = o.failure();
                String message = remarked(failure.message());
                yield o.because(new Failure(failure.reason(), message == null ? "" : message, failure.sqlState()));
            }
            case Outcome.Checked _, Outcome.Creatable _, Outcome.Missed _, Outcome.Unchanged _, Outcome.Skipped _ ->
                outcome;
        };
    }

    private @Nullable String remarked(@Nullable String message) {
        var said = new ArrayList<String>();
        if (message != null) {
            said.add(message);
        }
        said.addAll(remarks);
        return said.isEmpty() ? null : String.join("; ", said);
    }
}
