package dev.matview.operator.refresh;

import dev.matview.operator.postgres.Connections;
import dev.matview.operator.postgres.Failure;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
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
    /** Of a run that takes longer than that there is news while it is under way. */
    public static final Duration LONG = Duration.ofSeconds(2);

    /** So long before a scheduled time its run is best prepared. */
    public static final Duration LEAD = Duration.ofSeconds(1);

    private static final Executor LATER = CompletableFuture.delayedExecutor(LONG.toMillis(), TimeUnit.MILLISECONDS);
    private static final Duration GRACE = Duration.ofSeconds(3);
    private static final Logger LOG = Logger.getLogger(Runs.class);

    private final Connections connections;
    private final Slots slots;
    private final Clock clock;
    private final BooleanSupplier permission;
    private final Consumer<K> onNews;
    private final Consumer<EndedRun<K>> onEnd;
    private final Map<K, Entry> entries = new ConcurrentHashMap<>();
    private final Anticipation<K> anticipation;
    private final RunLog<K> log = new RunLog<>();
    private volatile boolean stopping;

    /**
     * @param permission whether runs may begin, and change what others see; asked on the runs' threads
     * @param onNews called on any thread when a run has ended, with an outcome or not begun, and once when it began {@link #LONG} ago
     * @param onEnd called on the run's thread before, where it must not wait
     */
    public Runs(
            Connections connections,
            Slots slots,
            Clock clock,
            BooleanSupplier permission,
            Consumer<K> onNews,
            Consumer<EndedRun<K>> onEnd) {
        this.connections = connections;
        this.slots = slots;
        this.clock = clock;
        this.permission = permission;
        this.onNews = onNews;
        this.onEnd = onEnd;
        this.anticipation = new Anticipation<>(connections, clock, this::start);
    }

    /** What there is for that key, or null: nothing under way and nothing to record. */
    public @Nullable RunState<K> state(K key) {
        Entry entry = entries.get(key);
        if (entry == null) {
            return null;
        }
        Outcome outcome = entry.outcome;
        return outcome == null
                ? new RunState.UnderWay<>(entry.request, entry.run.hasBegun() ? entry.run.startTime() : null)
                : new RunState.Ended<>(entry.request, outcome);
    }

    /** Does in advance what comes before a run that is due at that time, when {@code departs} says whether it starts. */
    public void prepare(RunRequest<K> request, Instant scheduledTime, BooleanSupplier departs) {
        if (!stopping) {
            anticipation.of(request, scheduledTime, departs);
        }
    }

    /** Nothing is prepared for it any more, and no run starts by itself. */
    public void callOff(K key) {
        anticipation.drop(key);
    }

    /** Starts a run, unless there is one for the key already, its outcome is not recorded yet, or all are to end. */
    public void start(RunRequest<K> request) {
        var entry = new Entry(request);
        if (!stopping && entries.putIfAbsent(request.key(), entry) == null) {
            entry.thread.start();
            if (request.isCheck()) {
                entry.tellIfLong();
            }
        }
    }

    /** The outcome was recorded: the next run may start. */
    public void acknowledge(RunState.Ended<K> ended) {
        Entry entry = entries.get(ended.request().key());
        if (entry != null && entry.request.equals(ended.request())) {
            forget(entry);
        }
    }

    /** How many runs of which database wait, and how many are under way; checks are not counted. */
    public Map<String, Load> load() {
        var loads = new TreeMap<String, Load>();
        for (Entry entry : entries.values()) {
            String database = entry.database;
            if (database != null && entry.outcome == null && !entry.request.isCheck()) {
                loads.merge(database, entry.run.hasBegun() ? Load.RUNNING : Load.QUEUED, Load::plus);
            }
        }
        return loads;
    }

    /** Ends the run for that key, if there is one, on the server too, and forgets it: nobody will hear of it. */
    public void cancel(K key) {
        log.forget(key);
        anticipation.drop(key);
        Optional.ofNullable(entries.get(key)).ifPresent(this::drop);
    }

    private void execute(Entry entry) {
        // One that was cancelled before its thread began.
        if (entries.get(entry.request.key()) != entry) {
            return;
        }
        String id = log.opens(entry.request);
        Outcome outcome = outcome(entry);
        if (outcome == null) {
            if (forget(entry)) {
                onNews.accept(entry.request.key());
            }
            return;
        }
        if (entries.get(entry.request.key()) != entry) {
            LOG.debugf("%s: nobody wants to know any more how its run ended", entry.request.key());
            return;
        }
        log.ended(entry.request, entry.begun, outcome);
        entry.run.timeline().end();
        onEnd.accept(new EndedRun<>(entry.request, id, entry.database, entry.run.timeline(), outcome));
        entry.outcome = outcome;
        if (entries.get(entry.request.key()) == entry) {
            onNews.accept(entry.request.key());
        }
    }

    /** Null when it ended without having begun: its cause is as open as before. */
    private @Nullable Outcome outcome(Entry entry) {
        try {
            Outcome outcome = entry.toItsEnd();
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

    /** Returns whether it was known. */
    private boolean forget(Entry entry) {
        synchronized (entries) {
            entries.notifyAll();
            return entries.remove(entry.request.key(), entry);
        }
    }

    private void drop(Entry entry) {
        forget(entry);
        Thread.ofVirtual().name("cancel").start(() -> end(entry));
    }

    private void end(Entry entry) {
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
        for (Entry entry : entries.values()) {
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

    private final class Entry {
        private final RunRequest<K> request;
        private final Run run;
        private final Thread thread;
        private volatile boolean begun;
        private volatile boolean ending;
        private volatile @Nullable String database;
        private volatile @Nullable Outcome outcome;

        private Entry(RunRequest<K> request) {
            this.request = request;
            this.run = new Run(
                    request.by(() -> known(request.credentials().read())),
                    connections,
                    slots,
                    clock,
                    this::begins,
                    permission);
            this.thread = Thread.ofVirtual().name("run").unstarted(() -> execute(this));
        }

        private Outcome toItsEnd() throws InterruptedException {
            Prepared prepared = anticipation.take(request);
            if (prepared != null) {
                known(prepared.credentials());
            }
            return run.execute(prepared);
        }

        private Credentials known(Credentials credentials) {
            String target = credentials.settings().target();
            database = target;
            log.connects(target);
            return credentials;
        }

        private boolean begins() {
            begun = !stopping && permission.getAsBoolean();
            if (begun) {
                log.begins(request);
                tellIfLong();
            }
            return begun;
        }

        private void tellIfLong() {
            LATER.execute(() -> {
                if (entries.get(request.key()) == this && outcome == null) {
                    onNews.accept(request.key());
                }
            });
        }
    }
}
