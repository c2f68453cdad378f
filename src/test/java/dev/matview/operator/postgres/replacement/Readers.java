package dev.matview.operator.postgres.replacement;

import static org.awaitility.Awaitility.await;

import dev.matview.operator.testing.TestDatabase;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.postgresql.PGConnection;

/** Readers of a {@link RichView} in every order and manner, all at once, until they are closed. */
final class Readers implements AutoCloseable {
    /** What reads a table that nobody locks: how long that takes at worst is the machine's doing. */
    static final String UNRELATED = "another table";

    /** What has the server print definitions. */
    static final String DEFINITIONS = "printed definitions";

    private static final Duration BETWEEN = Duration.ofMillis(2);

    private final TestDatabase database;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final Map<String, Long> worstNanos = new ConcurrentHashMap<>();
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong started = new AtomicLong();
    private final Map<String, AtomicLong> passes = new ConcurrentHashMap<>();

    Readers(TestDatabase database) {
        this.database = database;
    }

    /** Starts them all, and returns when each has read twice: its first time is no measure. */
    Readers start() {
        start(UNRELATED, true, reader -> reader.rows("SELECT count(*) FROM members"));
        start("the view", true, reader -> reader.rows("SELECT count(*) FROM totals"));
        start("a view on it", true, reader -> reader.rows("SELECT count(*) FROM direct"));
        start("both joined", true, reader -> reader.rows("SELECT count(*) FROM direct d JOIN totals t USING (grp)"));
        start(
                "joined the other way",
                true,
                reader -> reader.rows("SELECT count(*) FROM totals t JOIN whole w USING (grp)"));
        start("a view on views", true, reader -> reader.rows("SELECT count(*) FROM deep"));
        start("first the view", false, reader -> {
            reader.rows("SELECT count(*) FROM totals");
            reader.rows("SELECT count(*) FROM direct");
            reader.rows("SELECT count(*) FROM whole");
        });
        start("first the views", false, reader -> {
            reader.rows("SELECT count(*) FROM other.joined");
            reader.rows("SELECT count(*) FROM whole");
            reader.rows("SELECT count(*) FROM totals");
        });
        start("repeatable read", false, reader -> {
            reader.rows("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
            reader.rows("SELECT count(*) FROM members");
            Thread.sleep(20);
            reader.rows("SELECT count(*) FROM totals");
        });
        start("serializable", false, reader -> {
            reader.rows("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE READ ONLY");
            reader.rows("SELECT count(*) FROM members");
            reader.rows("SELECT count(*) FROM direct");
        });
        start("a cursor", false, reader -> {
            reader.rows("DECLARE c CURSOR FOR SELECT grp FROM totals");
            reader.rows("FETCH 2 FROM c");
            Thread.sleep(5);
            reader.rows("FETCH 2 FROM c");
        });
        start(
                "prepared",
                true,
                reader -> reader.prepared("SELECT count(*) FROM direct d JOIN totals t USING (grp) WHERE t.grp >= ?"));
        start("PL/pgSQL row types", true, reader -> reader.rows("SELECT first_row()"));
        start(
                "catalog queries",
                true,
                reader -> reader.rows(
                        "SELECT count(*) FROM pg_class c LEFT JOIN pg_attribute a ON attrelid = c.oid WHERE relname ~ 'totals'"));
        start(
                DEFINITIONS,
                true,
                reader -> reader.rows(
                        "SELECT count(definition) FROM (SELECT definition FROM pg_views WHERE schemaname = 'public'"
                                + " UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public') AS d"));
        await().until(() ->
                passes.size() == started.get() && passes.values().stream().allMatch(count -> count.get() > 1));
        forgetWorst();
        return this;
    }

    /** Dumps the schema again and again. */
    void startDumping() {
        threads.execute(() -> {
            try {
                while (!stopped.get()) {
                    SchemaDump.of(database);
                    reads.incrementAndGet();
                }
            } catch (IOException e) {
                complaints.add("pg_dump: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Lets {@link #worst} begin anew. */
    void forgetWorst() {
        worstNanos.clear();
    }

    /** How long the slowest statement of each has taken. */
    Map<String, Duration> worst() {
        var worst = new TreeMap<String, Duration>();
        worstNanos.forEach((name, nanos) -> worst.put(name, Duration.ofNanos(nanos)));
        return worst;
    }

    /** Errors, and reads that found nothing. */
    List<String> complaints() {
        return complaints;
    }

    long reads() {
        return reads.get();
    }

    private void start(String name, boolean autoCommit, Session session) {
        started.incrementAndGet();
        threads.execute(() -> {
            try (Connection connection = database.connect()) {
                connection.unwrap(PGConnection.class).setPrepareThreshold(1);
                connection.setAutoCommit(autoCommit);
                while (!stopped.get()) {
                    pass(name, session, connection);
                    passes.computeIfAbsent(name, key -> new AtomicLong()).incrementAndGet();
                    if (!autoCommit) {
                        connection.rollback();
                    }
                    Thread.sleep(BETWEEN);
                }
            } catch (SQLException e) {
                complaints.add(name + ": " + e.getSQLState() + " " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void pass(String name, Session session, Connection connection) throws InterruptedException {
        try {
            session.run(new Reader(name, connection));
        } catch (SQLException e) {
            complaints.add(name + ": " + e.getSQLState() + " " + e.getMessage());
        }
    }

    @Override
    public void close() {
        stopped.set(true);
        threads.close();
    }

    /** What one reader does again and again. */
    private interface Session {
        void run(Reader reader) throws SQLException, InterruptedException;
    }

    /** One pass of one reader. */
    private final class Reader {
        private final String name;
        private final Connection connection;

        Reader(String name, Connection connection) {
            this.name = name;
            this.connection = connection;
        }

        void rows(String sql) throws SQLException {
            long start = System.nanoTime();
            try (Statement statement = connection.createStatement()) {
                boolean query = statement.execute(sql);
                if (query) {
                    try (ResultSet row = statement.getResultSet()) {
                        if (!row.next() || (row.getLong(1) == 0 && !sql.startsWith("FETCH"))) {
                            complaints.add(name + ": found nothing by " + sql);
                        }
                    }
                }
            }
            seen(start);
        }

        void prepared(String sql) throws SQLException {
            long start = System.nanoTime();
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setInt(1, 0);
                try (ResultSet row = statement.executeQuery()) {
                    if (!row.next() || row.getLong(1) == 0) {
                        complaints.add(name + ": found nothing by " + sql);
                    }
                }
            }
            seen(start);
        }

        private void seen(long start) {
            reads.incrementAndGet();
            worstNanos.merge(name, System.nanoTime() - start, Math::max);
        }
    }
}
