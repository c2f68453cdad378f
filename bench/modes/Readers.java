import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads single rows of a view from six sessions until it is closed. Four have a timetable, a read each 10 ms: what is
 * late because the one before was blocked counts from when it was due. Two stay in a transaction for 100 ms.
 */
final class Readers implements AutoCloseable {
    enum Kind {
        VIEW,
        VIEW_ON_IT,
        OPEN_TRANSACTION
    }

    private static final long EACH_NANOS = 10_000_000;
    private static final long THINK_NANOS = 100_000_000;

    private final Server server;
    private final List<String> queries;
    private final int keys;
    private final List<Thread> threads = new ArrayList<>();
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private volatile boolean stopped;

    /** @param queries one on the view, one on a view of it; each ends where a key from 1 to keys belongs */
    Readers(Server server, List<String> queries, int keys) {
        this.server = server;
        this.queries = queries;
        this.keys = keys;
    }

    Readers start() throws Exception {
        for (int i = 0; i < 2; i++) {
            start(Kind.VIEW, session -> timetable(session, queries.getFirst()));
            start(Kind.VIEW_ON_IT, session -> timetable(session, queries.getLast()));
            start(Kind.OPEN_TRANSACTION, this::transactions);
        }
        Thread.sleep(1_000);
        forget();
        return this;
    }

    void forget() {
        seen.forEach(Seen::forget);
    }

    /** Milliseconds of every read since then, and those that wait still, sorted. */
    Map<Kind, double[]> end() throws InterruptedException {
        close();
        var all = new EnumMap<Kind, double[]>(Kind.class);
        for (Kind kind : Kind.values()) {
            all.put(
                    kind,
                    seen.stream()
                            .filter(of -> of.kind == kind)
                            .flatMap(of -> of.millis.stream())
                            .mapToDouble(Double::doubleValue)
                            .sorted()
                            .toArray());
        }
        return all;
    }

    private void start(Kind kind, Reading reading) throws SQLException {
        var session = new Seen(kind, server.app());
        seen.add(session);
        threads.add(Thread.ofPlatform().start(() -> {
            try (Connection connection = session.connection) {
                while (!stopped) {
                    reading.read(session);
                }
            } catch (SQLException e) {
                System.err.println("a reader was given an error: " + e.getMessage());
                System.exit(1);
            }
        }));
    }

    private void timetable(Seen session, String query) throws SQLException {
        long now = System.nanoTime();
        if (session.due > now) {
            LockSupport.parkNanos(session.due - now);
            return;
        }
        read(session, query, session.due);
        session.due += EACH_NANOS;
    }

    private void transactions(Seen session) throws SQLException {
        session.connection.setAutoCommit(false);
        for (String query : queries) {
            read(session, query, System.nanoTime());
            LockSupport.parkNanos(THINK_NANOS / queries.size());
        }
        session.connection.commit();
        LockSupport.parkNanos(THINK_NANOS);
    }

    private void read(Seen session, String query, long since) throws SQLException {
        int key = 1 + ThreadLocalRandom.current().nextInt(keys);
        try (Statement statement = session.connection.createStatement();
                ResultSet row = statement.executeQuery(query + key)) {
            if (!row.next()) {
                throw new SQLException("nothing found by " + query + key);
            }
        }
        session.add((System.nanoTime() - since) / 1e6);
    }

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private interface Reading {
        void read(Seen session) throws SQLException;
    }

    /** One session, and how long its reads took. */
    private static final class Seen {
        private final Kind kind;
        private final Connection connection;
        private final List<Double> millis = new ArrayList<>();
        private long due = System.nanoTime();

        Seen(Kind kind, Connection connection) {
            this.kind = kind;
            this.connection = connection;
        }

        synchronized void add(double read) {
            millis.add(read);
        }

        synchronized void forget() {
            millis.clear();
        }
    }
}
