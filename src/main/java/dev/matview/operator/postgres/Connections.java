package dev.matview.operator.postgres;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Connections by their settings. Equal settings share one pool, which is opened by the first that needs it and closed a
 * while after the last has given it back, so that an idle operator holds no connection.
 */
public final class Connections implements AutoCloseable {
    private final ConnectionPolicy policy;
    private final Duration idle;
    private final int size;
    private final Map<ConnectionSettings, Shared> pools = new HashMap<>();
    private final ScheduledExecutorService closer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("matview-pool-closer").factory());

    /**
     * Pools of two connections.
     *
     * @param idle how long a pool that nobody uses stays open
     */
    public Connections(ConnectionPolicy policy, Duration idle) {
        this(policy, idle, 2);
    }

    /**
     * Pools of a size.
     *
     * @param idle how long a pool that nobody uses stays open
     * @param size the most connections of one pool
     */
    public Connections(ConnectionPolicy policy, Duration idle, int size) {
        this.policy = policy;
        this.idle = idle;
        this.size = size;
    }

    /**
     * Waits for a place in the pool of these settings, as long as it takes, and opens a connection there, within the
     * policy's bounds. Closing the lease gives both back.
     *
     * @throws FailureException when the database can't be reached or refuses
     * @throws InterruptedException when the wait is no longer wanted
     */
    public Lease open(ConnectionSettings settings) throws FailureException, InterruptedException {
        policy.check(settings.hosts());
        long askedNanos = System.nanoTime();
        Shared shared = enter(settings);
        boolean placed = false;
        try {
            shared.places.acquire();
            placed = true;
            HikariDataSource pool = shared.pool(policy, askedNanos);
            return new Lease(pool.getConnection(), pool, () -> leave(settings, shared, true, idle));
        } catch (SQLException | RuntimeException e) {
            // A pool that nobody else uses is not kept: the next one's login tells the real cause at once.
            leave(settings, shared, placed, Duration.ZERO);
            throw new FailureException(ConnectionFailures.of(e, settings));
        } catch (InterruptedException e) {
            leave(settings, shared, placed, idle);
            throw e;
        }
    }

    private Shared enter(ConnectionSettings settings) {
        synchronized (pools) {
            Shared shared = pools.computeIfAbsent(settings, s -> new Shared(s, size));
            shared.users++;
            return shared;
        }
    }

    private void leave(ConnectionSettings settings, Shared shared, boolean placed, Duration keep) {
        if (placed) {
            shared.places.release();
        }
        long uses;
        synchronized (pools) {
            shared.users--;
            shared.uses++;
            uses = shared.uses;
            if (shared.users > 0 || closer.isShutdown()) {
                return;
            } else if (!keep.isZero()) {
                var _ = closer.schedule(
                        () -> closeUnused(settings, shared, uses), keep.toMillis(), TimeUnit.MILLISECONDS);
                return;
            }
        }
        closeUnused(settings, shared, uses);
    }

    private void closeUnused(ConnectionSettings settings, Shared shared, long uses) {
        synchronized (pools) {
            if (shared.users > 0 || shared.uses != uses) {
                return;
            }
            pools.remove(settings, shared);
        }
        shared.discard();
    }

    /** What is open and asked for now, by database; those that nobody uses any more are not among them. */
    public Collection<PoolUse> use() {
        var byDatabase = new TreeMap<String, PoolUse>();
        synchronized (pools) {
            pools.values().forEach(shared -> {
                PoolUse use = shared.use();
                byDatabase.merge(use.database(), use, PoolUse::plus);
            });
        }
        return byDatabase.values();
    }

    /** Closes all pools; connections that are still leased are cut. */
    @Override
    public void close() {
        synchronized (pools) {
            closer.shutdownNow();
            pools.values().forEach(Shared::discard);
            pools.clear();
        }
    }

    /** One pool, those who use it or wait for it, and how often it was used. */
    private static final class Shared {
        private final ConnectionSettings settings;
        private final int size;
        private final Semaphore places;
        private final ReentrantLock opening = new ReentrantLock();
        private volatile @Nullable HikariDataSource pool;
        private @Nullable RuntimeException failure;
        private long failedNanos;
        private int users;
        private long uses;

        private Shared(ConnectionSettings settings, int size) {
            this.settings = settings;
            this.size = size;
            this.places = new Semaphore(size, true);
        }

        private HikariDataSource pool(ConnectionPolicy policy, long askedNanos) throws InterruptedException {
            opening.lockInterruptibly();
            try {
                HikariDataSource open = pool == null ? openPool(policy, askedNanos) : pool;
                pool = open;
                return open;
            } finally {
                opening.unlock();
            }
        }

        /** An attempt that began after somebody had asked answers them too: many do not wait for a timeout each. */
        private HikariDataSource openPool(ConnectionPolicy policy, long askedNanos) {
            if (failure != null && failedNanos - askedNanos > 0) {
                throw failure;
            }
            long startNanos = System.nanoTime();
            try {
                return ConnectionPool.open(settings, policy, size);
            } catch (RuntimeException e) {
                failure = e;
                failedNanos = startNanos;
                throw e;
            }
        }

        /** Waits for nobody: a pool that is just being opened has no connections yet. */
        private PoolUse use() {
            HikariDataSource open = pool;
            HikariPoolMXBean figures = open == null ? null : open.getHikariPoolMXBean();
            return new PoolUse(
                    settings.target(),
                    figures == null ? 0 : figures.getActiveConnections(),
                    figures == null ? 0 : figures.getIdleConnections(),
                    places.getQueueLength());
        }

        /** Closes the pool, and cuts what is leased from it. */
        private void discard() {
            HikariDataSource closing;
            opening.lock();
            try {
                closing = pool;
                pool = null;
            } finally {
                opening.unlock();
            }
            if (closing != null) {
                closing.close();
            }
        }
    }
}
