package dev.matview.operator.refresh;

import dev.matview.operator.api.Durations;
import dev.matview.operator.api.Reason;
import dev.matview.operator.postgres.Failure;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * What the log says of runs: a line when one begins and a line when it has ended. What is logged on a run's own thread,
 * by whomever, carries the fields {@code resource}, {@code run} and {@code database}, which JSON logs show. A run that
 * failed before its turn came, such as at a database that is away, is worth a line when its reason is a new one.
 *
 * @param <K> whom runs are for; its text names the resource
 */
final class RunLog<K> {
    private static final Logger LOG = Logger.getLogger(RunLog.class);

    private final Map<K, Reason> said = new ConcurrentHashMap<>();

    /** On the run's thread, before anything else; gives the run's name, 16 hexadecimal digits. */
    String opens(RunRequest<K> request) {
        String id = "%016x".formatted(ThreadLocalRandom.current().nextLong());
        MDC.put("resource", request.key().toString());
        MDC.put("run", id);
        return id;
    }

    /** It is known which database it is about. */
    void connects(String database) {
        MDC.put("database", database);
    }

    /** Its turn has come. */
    void begins(RunRequest<K> request) {
        said.remove(request.key());
        LOG.infof(
                "%s: run begins: %s, %s, on %s",
                request.key(), cause(request.trigger()), request.view().mode().value(), MDC.get("database"));
    }

    void ended(RunRequest<K> request, boolean begun, Outcome outcome) {
        if (outcome instanceof Outcome.Failed failed) {
            Failure failure = failed.failure();
            boolean first = !request.isCheck() && said.put(request.key(), failure.reason()) != failure.reason();
            boolean worthALine = begun || first;
            LOG.logf(
                    worthALine ? Logger.Level.WARN : Logger.Level.DEBUG,
                    "%s: run ended: Failed, %s: %s%s",
                    request.key(),
                    failure.reason().value(),
                    failure.message(),
                    effort(failed.attempts(), failed.lockWait()));
            return;
        }
        said.remove(request.key());
        LOG.logf(
                request.isCheck() ? Logger.Level.DEBUG : Logger.Level.INFO,
                "%s: run ended: %s",
                request.key(),
                summary(outcome));
    }

    /** Nothing more will be run for it. */
    void forget(K key) {
        said.remove(key);
    }

    private static String cause(Trigger trigger) {
        return switch (trigger) {
            case Trigger.Schedule(var scheduledTime) -> "Schedule of " + scheduledTime;
            case Trigger.Manual _, Trigger.Upstream _, Trigger.Immediate _, Trigger.Unpopulated _, Trigger.Check _ ->
                trigger.getClass().getSimpleName();
        };
    }

    private static String summary(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Refreshed refreshed ->
                "Succeeded in " + Durations.format(refreshed.duration()) + ", "
                        + refreshed.result().mode().value()
                        + effort(
                                refreshed.result().attempts(),
                                refreshed.result().lockWait());
            case Outcome.Unchanged unchanged ->
                "Skipped, Unchanged since " + unchanged.since() + ", in " + Durations.format(unchanged.duration());
            case Outcome.Skipped skipped -> "Skipped, " + skipped.reason().value() + ": " + skipped.message();
            case Outcome.Missed _ -> "left out, as its turn came later than it may start";
            case Outcome.Checked _ -> "checked, a refresh would work";
            case Outcome.Creatable _ -> "checked, the view would be created";
            case Outcome.Failed failed -> failed.failure().message();
        };
    }

    /** Nothing worth a word when the view was free at once. */
    private static String effort(int attempts, Duration lockWait) {
        return attempts <= 1
                ? ""
                : " (" + attempts + " attempts, waited " + Durations.format(lockWait) + " for others)";
    }
}
