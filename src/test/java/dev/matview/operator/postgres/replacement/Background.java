package dev.matview.operator.postgres.replacement;

import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What goes on in a database while a test does something else there. Closing it ends its refreshes. */
record Background(TestDatabase database, ExecutorService threads) implements AutoCloseable {
    /** Time enough for anything, also on a loaded machine; the pauses between attempts go by the bound on a lock. */
    static final RefreshBounds PATIENT = new RefreshBounds(Duration.ofMillis(100), Duration.ofMinutes(2));

    private static final String OURS = """
            FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """;

    Background(TestDatabase database) {
        this(database, Executors.newVirtualThreadPerTaskExecutor());
    }

    /** Starts a refresh with ample time. */
    CompletableFuture<RefreshResult> refresh(ViewName view, RefreshMode mode) {
        return refresh(view, mode, PATIENT);
    }

    CompletableFuture<RefreshResult> refresh(ViewName view, RefreshMode mode, RefreshBounds bounds) {
        return start(() -> new Refreshing(database).run(view, mode, bounds));
    }

    /** Starts anything. */
    <T> CompletableFuture<T> start(Callable<T> call) {
        var future = new CompletableFuture<T>();
        threads.execute(() -> {
            try {
                future.complete(call.call());
            } catch (Exception e) {
                future.completeExceptionally(e);
            }
        });
        return future;
    }

    /** Returns when a refresh fills a view. */
    void awaitBuild() {
        awaitTrue("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
                + " AND state = 'active' AND query LIKE 'REFRESH MATERIALIZED VIEW%')");
    }

    /** Returns when a query of one boolean gives true to the superuser. */
    void awaitTrue(String query) {
        await().pollInterval(Duration.ofMillis(20)).until(() -> {
            try (Connection connection = database.connectAsSuperuser()) {
                return "t".equals(Refreshing.scalar(connection, query));
            }
        });
    }

    /** Returns when as many sessions refresh views. */
    void awaitRefreshes(int sessions) {
        awaitTrue("SELECT count(DISTINCT pid) = " + sessions + " " + OURS);
    }

    /** Ends the sessions that refresh views. */
    void endRefreshes() throws SQLException {
        database.executeAsSuperuser("SELECT pg_terminate_backend(pid) " + OURS);
    }

    /** A session that has run these statements and stays in its transaction. */
    Connection inTransaction(String... statements) throws SQLException {
        Connection connection = database.connect();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
        return connection;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
