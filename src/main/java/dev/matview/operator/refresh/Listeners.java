package dev.matview.operator.refresh;

import dev.matview.operator.api.FailureClass;
import dev.matview.operator.api.OnMissing;
import dev.matview.operator.api.Reason;
import dev.matview.operator.postgres.Cancellation;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.Notification;
import dev.matview.operator.postgres.RunNews;
import java.sql.Connection;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Those who listen in the view's database: told over the run's own connection, when its turn is over, so that nobody else
 * waits for that.
 */
record Listeners(
        RunRequest<?> request, Connection connection, Clock clock, Cancellation cancellation, Timeline timeline) {

    /**
     * Does that work, and tells of what came of it.
     *
     * @param startTime of the run, asked when the work has failed
     */
    Step told(Work work, Supplier<Instant> startTime) throws FailureException, InterruptedException {
        try {
            Step step = work.step();
            return step instanceof Step.End(Outcome outcome) ? new Step.End(told(outcome)) : step;
        } catch (FailureException e) {
            throw new FailureException(told(e.failure(), startTime.get()));
        }
    }

    /** Tells of a refresh; what did not work is in the outcome that is returned. */
    Outcome told(Outcome outcome) {
        Notification notification = request.view().notification();
        if (!(outcome instanceof Outcome.Refreshed refreshed) || notification == null) {
            return outcome;
        }
        var news = new RunNews(
                request.view().name(),
                trigger(),
                refreshed.result().mode(),
                refreshed.startTime(),
                refreshed.completionTime(),
                refreshed.result(),
                null);
        String unsent = notification.when().includes(true) ? send(notification, news) : null;
        return unsent == null ? refreshed : refreshed.and(List.of(unsent));
    }

    /** Tells of a failure, where the database can still be spoken to; what did not work is in the failure that is returned. */
    Failure told(Failure failure, Instant startTime) {
        Notification notification = request.view().notification();
        if (notification == null
                || request.isCheck()
                || !notification.when().includes(false)
                || failure.failureClass() == FailureClass.UNREACHABLE
                || failure.failureClass() == FailureClass.INTERRUPTED
                || awaited(failure)) {
            return failure;
        }
        var news = new RunNews(
                request.view().name(), trigger(), request.view().mode(), startTime, clock.instant(), null, failure);
        String unsent = send(notification, news);
        return unsent == null
                ? failure
                : new Failure(failure.reason(), failure.message() + "; " + unsent, failure.sqlState());
    }

    /** Whether there is no view yet, and that is no failure. */
    private boolean awaited(Failure failure) {
        return failure.reason() == Reason.VIEW_MISSING
                && request.view().upkeep().onMissing() == OnMissing.SKIP;
    }

    private @Nullable String send(Notification notification, RunNews news) {
        timeline.enter(Stage.NOTIFY);
        return notification.send(connection, news, cancellation);
    }

    private String trigger() {
        return request.trigger().getClass().getSimpleName();
    }

    /** What a run does on this connection. */
    @FunctionalInterface
    interface Work {
        Step step() throws FailureException, InterruptedException;
    }
}
