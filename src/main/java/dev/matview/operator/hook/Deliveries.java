package dev.matview.operator.hook;

import dev.matview.operator.net.Deadline;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Hooks that are called in the background, for each key one delivery after the other. One that has not begun when the
 * next is there makes way for it: whoever is slow hears of the last run, and keeps nobody waiting.
 *
 * @param <K> whom deliveries are for
 */
public final class Deliveries<K> {
    private static final Logger LOG = Logger.getLogger(Deliveries.class);

    private final Duration bound;
    private final Map<K, Line> lines = new HashMap<>();
    private final ThreadPoolExecutor executor;
    private boolean stopping;

    /**
     * Without any delivery yet.
     *
     * @param atOnce so many at the same time
     * @param bound on one delivery
     */
    public Deliveries(int atOnce, Duration bound) {
        this.bound = bound;
        // Threads of the platform: looking a name up holds one for as long as it takes, and runs share theirs.
        this.executor = new ThreadPoolExecutor(
                atOnce,
                atOnce,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name("hook-", 0).factory());
        executor.allowCoreThreadTimeOut(true);
    }

    /** Does it when it is the key's turn, in the place of one that waits for that; nothing when all are to end. */
    public void deliver(K key, Delivery delivery) {
        synchronized (lines) {
            if (stopping) {
                return;
            }
            Line line = lines.get(key);
            if (line == null) {
                line = new Line();
                lines.put(key, line);
                executor.execute(() -> next(key));
            } else if (line.waiting != null) {
                LOG.debugf("%s: hooks are slower than runs: they are called for the last one", key);
            }
            line.waiting = delivery;
        }
    }

    /** Nobody waits for what has not begun any more. */
    public void forget(K key) {
        synchronized (lines) {
            Line line = lines.get(key);
            if (line != null) {
                line.waiting = null;
            }
        }
    }

    private void next(K key) {
        Delivery delivery;
        synchronized (lines) {
            Line line = lines.get(key);
            delivery = line == null ? null : line.waiting;
            if (line != null) {
                line.waiting = null;
            }
        }
        try {
            if (delivery != null) {
                delivery.run(Deadline.in(bound));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("hooks ended unexpectedly", e);
        } finally {
            done(key);
        }
    }

    private void done(K key) {
        synchronized (lines) {
            Line line = lines.get(key);
            if (line != null && line.waiting != null && !executor.isShutdown()) {
                executor.execute(() -> next(key));
            } else {
                lines.remove(key);
                lines.notifyAll();
            }
        }
    }

    /**
     * Takes no delivery any more, and waits for those that there are.
     *
     * @param patience with them; what takes longer is left to its end with the process
     */
    public void stop(Duration patience) {
        synchronized (lines) {
            stopping = true;
            Deadline end = Deadline.in(patience);
            try {
                while (!lines.isEmpty() && end.remaining().isPositive()) {
                    TimeUnit.NANOSECONDS.timedWait(lines, end.remaining().toNanos());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (!lines.isEmpty()) {
                LOG.infof(
                        "hooks of %d resources did not end in time: whoever starts next calls them again",
                        lines.size());
            }
            executor.shutdownNow();
        }
    }

    /** What there is to do for one run. */
    @FunctionalInterface
    public interface Delivery {
        /** Does it on the calling thread, before that time. */
        void run(Deadline end) throws InterruptedException;
    }

    private static final class Line {
        private @Nullable Delivery waiting;
    }
}
