package dev.matview.operator.refresh;

import dev.matview.operator.postgres.Connections;
import dev.matview.operator.postgres.Failure;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The runs that are under way, and the outcomes that nobody has recorded yet: an outcome is kept until it is
 * acknowledged, so that none is lost while the API server is away.
 *
 * @param <K> whom runs are for
 */
public final class Runs<K> {
    private static final Duration GRACE = Duration.ofSeconds(3);
    private static final Logger LOG = Logger.getLogger(Runs.class);

    private final Connections connections;
    private final Slots slots;
    private final Clock clock;
    private final BooleanSupplier permission;
    private final Consumer<K> onNews;
    private final Map<K, Entry<K>> entries = new ConcurrentHashMap<>();
    private volatile boolean stopping;

    /**
     * @param permission whether runs may begin, and change what others see; asked on the runs' threads
     * @param onNews called on any thread when a run has ended
     */
    public Runs(Connections connections, Slots slots, Clock clock, BooleanSupplier permission, Consumer<K> onNews) {
        this.connections = connections;
        this.slots = slots;
        this.clock = clock;
        this.permission = permission;
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

    /** Starts a run, unless there is one for the key already, its outcome is not recorded yet, or all are to end. */
    public void start(RunRequest<K> request) {
        var run = new Run(request, connections, slots, clock, () -> !stopping && permission.getAsBoolean(), permission);
        var entry = new Entry<>(request, run, this::execute);
        if (!stopping && entries.putIfAbsent(request.key(), entry) == null) {
            entry.thread.start();
        }
    }

    /** The outcome was recorded: the next run may start. */
    public void acknowledge(State.Ended<K> ended) {
        Entry<K> entry = entries.get(ended.request().key());
        if (entry != null && entry.request.equals(ended.request())) {
            forget(entry);
        }
    }

    /** Ends the run for that key, if there is one, on the server too, and forgets it: nobody will hear of it. */
    public void cancel(K key) {
        Entry<K> entry = entries.get(key);
        if (entry != null) {
            drop(entry);
        }
    }

    private void execute(Entry<K> entry) {
        // One that was cancelled before its thread began.
        if (entries.get(entry.request.key()) != entry) {
            return;
        }
        Outcome outcome = outcome(entry);
        if (outcome == null) {
            forget(entry);
            return;
        }
        entry.outcome = outcome;
        if (entries.get(entry.request.key()) == entry) {
            onNews.accept(entry.request.key());
        }
    }

    /** Null when it ended without having begun: its cause is as open as before. */
    private @Nullable Outcome outcome(Entry<K> entry) {
        try {
            Outcome outcome = entry.run.execute();
            boolean ended = entry.ending && outcome instanceof Outcome.Failed;
            return ended ? interrupted(entry.run) : outcome;
        } catch (InterruptedException e) {
            LOG.debug("a run was cancelled");
            return entry.ending ? interrupted(entry.run) : null;
        } catch (RuntimeException | Error e) {
            LOG.error("a run ended unexpectedly", e);
            return Unexpected.outcome(e, entry.run.startTime(), clock.instant());
        }
    }

    private Outcome interrupted(Run run) {
        return new Outcome.Failed(Failure.interrupted(), null, run.startTime(), clock.instant(), 1, Duration.ZERO);
    }

    private void forget(Entry<K> entry) {
        synchronized (entries) {
            entries.remove(entry.request.key(), entry);
            entries.notifyAll();
        }
    }

    private void drop(Entry<K> entry) {
        forget(entry);
        Thread.ofVirtual().name("cancel").start(() -> end(entry));
    }

    private void end(Entry<K> entry) {
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

    /**
     * Starts no run any more, forgets those that have not begun, and waits until the others have ended and are
     * acknowledged; what takes longer is ended, on the server too, with an outcome that says so.
     *
     * @param grace how long the runs may take to end by themselves
     * @param afterwards how long it may take to end the rest, until that is acknowledged too
     */
    public void stop(Duration grace, Duration afterwards) {
        stopping = true;
        entries.values().stream()
                .filter(e -> e.outcome == null && (e.request.isCheck() || !e.run.hasBegun()))
                .forEach(this::drop);
        if (awaitNone(grace)) {
            return;
        }
        for (Entry<K> entry : entries.values()) {
            entry.ending = true;
            Thread.ofVirtual().name("end").start(() -> end(entry));
        }
        if (!awaitNone(afterwards)) {
            LOG.infof("%d runs could not be recorded: whoever starts next finds them unfinished", entries.size());
        }
    }

    private boolean awaitNone(Duration patience) {
        long endNanos = System.nanoTime() + patience.toNanos();
        synchronized (entries) {
            try {
                long left = patience.toNanos();
                while (!entries.isEmpty() && left > 0) {
                    TimeUnit.NANOSECONDS.timedWait(entries, left);
                    left = endNanos - System.nanoTime();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return entries.isEmpty();
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
        private volatile boolean ending;
        private volatile @Nullable Outcome outcome;

        private Entry(RunRequest<K> request, Run run, Consumer<Entry<K>> body) {
            this.request = request;
            this.run = run;
            this.thread = Thread.ofVirtual().name("run").unstarted(() -> body.accept(this));
        }
    }
}
