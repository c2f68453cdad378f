package dev.matview.operator.refresh;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * How many refreshes run at once, of one database and of the operator. A slot is taken with an open connection in hand,
 * so that what can't connect holds none.
 */
public final class Slots {
    private final int perDatabase;
    private final Semaphore all;
    private final Map<String, Semaphore> databases = new ConcurrentHashMap<>();

    public Slots(int perDatabase, int all) {
        this.perDatabase = perDatabase;
        this.all = new Semaphore(all, true);
    }

    /**
     * Waits its turn.
     *
     * @param database the same text for the same database
     * @return gives the slot back when closed
     */
    public Slot take(String database) throws InterruptedException {
        Semaphore own = databases.computeIfAbsent(database, d -> new Semaphore(perDatabase, true));
        own.acquire();
        try {
            all.acquire();
        } catch (InterruptedException e) {
            own.release();
            throw e;
        }
        return () -> {
            all.release();
            own.release();
        };
    }

    /** A place among those that run. */
    @FunctionalInterface
    public interface Slot extends AutoCloseable {
        @Override
        void close();
    }
}
