package dev.matview.operator.refresh;

import dev.matview.operator.postgres.Connections;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The runs that are under way, and the outcomes that nobody has recorded yet: an outcome is kept until it is
 * acknowledged, so that none is lost while the API server is away.
 *
 * @param <K> whom runs are for
 */
public final class Runs<K> implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(3);
    private static final Logger LOG = Logger.getLogger(Runs.class);

    private final Connections connections;
    private final Slots slots;
    private final Clock clock;
    private final Consumer<K> onNews;
    private final Map<K, Entry<K>> entries = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /** @param onNews called on any thread when a run has ended */
    public Runs(Connections connections, Slots slots, Clock clock, Consumer<K> onNews) {
        this.connections = connections;
        this.slots = slots;
        this.clock = clock;
        this.onNews = onNews;
    }

    /** What there is for that key, or null: nothing under way and nothing to record. */
    public @Nullable State<K> state(K key) {
        Entry<K> entry = entries.get(key);
        if (entry == null) {
            return null;
        }
        Outcome outcome = entry.outcome;
        return outcome == null
                ? new State.UnderWay<>(entry.request, entry.run.hasBegun() ? entry.run.startTime() : null)
                : new State.Ended<>(entry.request, outcome);
    }

    /** Starts a run, unless there is one for the key already or its outcome is not recorded yet. */
    public void start(RunRequest<K> request) {
        var entry = new Entry<>(request, new Run(request, connections, slots, clock), this::execute);
        if (entries.putIfAbsent(request.key(), entry) == null) {
            entry.thread.start();
        }
    }

    /** The outcome was recorded: the next run may start. */
    public void acknowledge(State.Ended<K> ended) {
        entries.computeIfPresent(ended.request().key(), (key, e) -> e.request.equals(ended.request()) ? null : e);
    }

    /** Ends the run for that key, if there is one, on the server too, and forgets it: nobody will hear of it. */
    public void cancel(K key) {
        Entry<K> entry = entries.remove(key);
        if (entry != null) {
            Thread.ofVirtual().name("cancel").start(() -> cancel(entry));
        }
    }

    private void execute(Entry<K> entry) {
        Outcome outcome;
        try {
            outcome = entry.run.execute();
        } catch (InterruptedException e) {
            LOG.debug("a run was cancelled");
            return;
        } catch (RuntimeException | Error e) {
            LOG.error("a run ended unexpectedly", e);
            outcome = Unexpected.outcome(e, entry.run.startTime(), clock.instant());
        }
        // A run that the operator ended itself when it stops is one that was interrupted, not one that failed.
        if (!closed) {
            entry.outcome = outcome;
            if (entries.get(entry.request.key()) == entry) {
                onNews.accept(entry.request.key());
            }
        }
    }

    private void cancel(Entry<K> entry) {
        try {
            boolean asked = entry.run.cancellation().cancel();
            if (!asked || !entry.thread.join(GRACE)) {
                entry.thread.interrupt();
            }
        } catch (SQLException e) {
            // The connection is cut instead, which the server notices.
            entry.thread.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends all runs and waits for that, within some seconds. */
    @Override
    public void close() {
        closed = true;
        var threads = entries.values().stream()
                .map(e -> Thread.ofVirtual().start(() -> cancel(e)))
                .toList();
        Instant end = clock.instant().plus(GRACE.multipliedBy(2));
        for (Thread thread : threads) {
            try {
                Duration left = Duration.between(clock.instant(), end);
                if (left.isPositive() && !thread.join(left)) {
                    LOG.debug("a run did not end in time: the server ends it");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /**
     * What there is for a key.
     *
     * @param <K> whom runs are for
     */
    public sealed interface State<K> {
        RunRequest<K> request();

        /** Under way since its turn came; null while it waits for that. */
        record UnderWay<K>(RunRequest<K> request, @Nullable Instant startTime) implements State<K> {}

        /** Not recorded yet. */
        record Ended<K>(RunRequest<K> request, Outcome outcome) implements State<K> {}
    }

    private static final class Entry<K> {
        private final RunRequest<K> request;
        private final Run run;
        private final Thread thread;
        private volatile @Nullable Outcome outcome;

        private Entry(RunRequest<K> request, Run run, Consumer<Entry<K>> body) {
            this.request = request;
            this.run = run;
            this.thread = Thread.ofVirtual().name("run").unstarted(() -> body.accept(this));
        }
    }
}
