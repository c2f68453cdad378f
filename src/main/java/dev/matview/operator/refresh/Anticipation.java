package dev.matview.operator.refresh;

import dev.matview.operator.postgres.Connections;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.Lease;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Has runs prepared when their time comes: to read a Secret, to log in with TLS and to ask the catalog takes longer than
 * all else that comes before a refresh. What goes wrong with that is left for the run itself to find and to tell.
 *
 * @param <K> whom runs are for
 */
final class Anticipation<K> {
    /** For a connection that is not there so long before, nobody waits any more: the runs need the places. */
    private static final Duration LAST_CALL = Duration.ofMillis(100);

    /** What no run has taken so long after its time is given back. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** So long after the server has answered, a connection is taken for alive, as the pool does too. */
    private static final Duration TRUST = Duration.ofMillis(500);

    private final Connections connections;
    private final Clock clock;
    private final Consumer<RunRequest<K>> departure;
    private final Map<K, Attempt> attempts = new ConcurrentHashMap<>();

    /** @param departure starts a run */
    Anticipation(Connections connections, Clock clock, Consumer<RunRequest<K>> departure) {
        this.connections = connections;
        this.clock = clock;
        this.departure = departure;
    }

    /**
     * Prepares a run for that time, unless that is under way. Returns at once.
     *
     * @param departs asked when the run departs, on a thread of its own, whether it is to be started
     */
    void of(RunRequest<K> request, Instant time, BooleanSupplier departs) {
        Attempt other = attempts.get(request.key());
        if (other == null || !other.suits(request)) {
            drop(request.key());
            var attempt = new Attempt(request, time, departs);
            attempts.put(request.key(), attempt);
            Thread.ofVirtual().name("anticipation-end").start(attempt::supervise);
        } else {
            other.departs = departs;
        }
    }

    /**
     * What is prepared for that run and still good, or null; whoever gets it closes it. One that has its connection is
     * waited for: the run could not ask any faster.
     */
    @Nullable
    Prepared take(RunRequest<K> request) throws InterruptedException {
        Attempt attempt = attempts.remove(request.key());
        if (attempt == null) {
            return null;
        } else if (!attempt.suits(request)) {
            attempt.giveUp();
            return null;
        }
        Prepared prepared = attempt.finish();
        if (prepared == null || attempt.isTrusted() || prepared.isAlive()) {
            return prepared;
        }
        prepared.close();
        return null;
    }

    /** Nothing is wanted for it any more. */
    void drop(K key) {
        Attempt attempt = attempts.remove(key);
        if (attempt != null) {
            attempt.giveUp();
        }
    }

    private final class Attempt {
        private final RunRequest<K> request;
        private final Instant time;
        private volatile BooleanSupplier departs;
        private final Thread thread = Thread.ofVirtual().name("anticipation").unstarted(this::prepare);
        private boolean connected;
        private boolean wanted;
        private boolean ended;
        private long answeredNanos;
        private @Nullable Prepared prepared;

        private Attempt(RunRequest<K> request, Instant time, BooleanSupplier departs) {
            this.request = request;
            this.time = time;
            this.departs = departs;
        }

        private boolean suits(RunRequest<K> other) {
            return request.generation() == other.generation()
                    && request.trigger().equals(other.trigger());
        }

        private void supervise() {
            thread.start();
            try {
                awaitTime(time.minus(LAST_CALL));
                synchronized (this) {
                    if (!connected) {
                        thread.interrupt();
                    }
                }
                if (awaitTime(time.minus(HeadStart.of(request))) && departs.getAsBoolean()) {
                    depart();
                }
                awaitTime(time.plus(PATIENCE));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                attempts.remove(request.key(), this);
                if (!isWanted()) {
                    giveUp();
                }
            }
        }

        /** By the clock on the wall, which may be set back meanwhile. False when a run wants it first, or nobody any more. */
        private synchronized boolean awaitTime(Instant moment) throws InterruptedException {
            Duration left = Duration.between(clock.instant(), moment);
            while (isOpen() && left.isPositive()) {
                TimeUnit.NANOSECONDS.timedWait(this, left.toNanos());
                left = Duration.between(clock.instant(), moment);
            }
            return isOpen();
        }

        private synchronized boolean isOpen() {
            return !wanted && !ended;
        }

        /** Not once it has been called off: a run that nobody waits for would not be forgotten. */
        private synchronized void depart() {
            if (isOpen()) {
                departure.accept(request);
            }
        }

        private void prepare() {
            try {
                Credentials credentials = request.credentials().read();
                Lease lease = credentials.open(connections);
                boolean kept = false;
                try {
                    Prepared found = begins() ? Prepared.look(request, credentials, lease) : null;
                    kept = found != null && isAlive(found) && keeps(found);
                } finally {
                    if (!kept) {
                        lease.close();
                    }
                }
            } catch (FailureException e) {
                // The run meets the same, and says so.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** From now on it is not interrupted, which would cut the connection. */
        private synchronized boolean begins() {
            connected = true;
            return !Thread.interrupted() && !ended;
        }

        /** Asked as late as it can be whether the server answers, so that the run need not. */
        private boolean isAlive(Prepared found) throws InterruptedException {
            awaitTime(time.minus(LAST_CALL));
            synchronized (this) {
                if (ended) {
                    return false;
                }
            }
            return found.isAlive();
        }

        private synchronized boolean keeps(Prepared found) {
            answeredNanos = System.nanoTime();
            prepared = ended ? null : found;
            return !ended;
        }

        private synchronized boolean isTrusted() {
            return System.nanoTime() - answeredNanos < TRUST.toNanos();
        }

        private @Nullable Prepared finish() throws InterruptedException {
            try {
                if (isConnected()) {
                    want();
                    thread.join(PATIENCE);
                }
            } catch (InterruptedException e) {
                giveUp();
                throw e;
            }
            return end();
        }

        private synchronized boolean isConnected() {
            return connected;
        }

        /** From now on it is the run that ends it. */
        private synchronized void want() {
            wanted = true;
            notifyAll();
        }

        private synchronized boolean isWanted() {
            return wanted;
        }

        /** Whoever ends it has what was prepared, if anything was. */
        private synchronized @Nullable Prepared end() {
            Prepared found = prepared;
            prepared = null;
            ended = true;
            notifyAll();
            if (!connected) {
                thread.interrupt();
            }
            return found;
        }

        private void giveUp() {
            Prepared found = end();
            if (found != null) {
                found.close();
            }
        }
    }
}
