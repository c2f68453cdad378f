package dev.matview.operator.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Others hold locks on the view. */
@DatabaseTest
class RefreshBusyTest {
    private static final ViewName VIEW = new ViewName("public", "v");
    private static final RefreshBounds PATIENT = new RefreshBounds(Duration.ofMillis(200), Duration.ofMinutes(1));

    private final TestDatabase database;
    private final Refreshing refreshing;

    RefreshBusyTest(TestDatabase database) {
        this.database = database;
        this.refreshing = new Refreshing(database);
    }

    @BeforeEach
    void createView() throws SQLException {
        Refreshing.createSlowView(database);
    }

    @Test
    void aPlainRefreshWaitsForAReaderInShortAttemptsThatOtherReadersHardlyFeel() throws Exception {
        try (Connection holder = inTransaction("SELECT count(*) FROM v")) {
            CompletableFuture<RefreshResult> refresh = start(() -> refreshing.run(VIEW, RefreshMode.STANDARD, PATIENT));
            await().until(this::someoneWaits);
            var reads = new ArrayList<Duration>();
            long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
            try (Connection reader = database.connect()) {
                Refreshing.scalar(reader, "SELECT set_config('statement_timeout', '20s', false)");
                while (System.nanoTime() < end) {
                    long start = System.nanoTime();
                    Refreshing.scalar(reader, "SELECT count(*) FROM v");
                    reads.add(Duration.ofNanos(System.nanoTime() - start));
                }
            }
            Collections.sort(reads);
            assertThat(reads.get(reads.size() / 2)).isLessThan(Duration.ofSeconds(1));
            assertThat(refresh).isNotDone();
            holder.rollback();
            RefreshResult result = refresh.get(30, TimeUnit.SECONDS);
            assertThat(result.attempts()).isGreaterThan(1);
            assertThat(result.lockWait()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(30));
        }
    }

    @Test
    void aConcurrentRefreshDoesNotCareForReaders() throws Exception {
        try (Connection holder = inTransaction("SELECT count(*) FROM v")) {
            assertThat(refreshing.run(VIEW, RefreshMode.CONCURRENT, PATIENT).attempts())
                    .isEqualTo(1);
            holder.rollback();
        }
    }

    @Test
    void whoHeldTheViewForTheWholeRunIsNamed() throws Exception {
        try (Connection holder = inTransaction("SELECT count(*) FROM v")) {
            var bounds = new RefreshBounds(Duration.ofMillis(100), Duration.ofMillis(2500));
            long start = System.nanoTime();
            Failure failure = Failures.of(() -> refreshing.run(VIEW, RefreshMode.STANDARD, bounds));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
            assertThat(failure.reason()).isEqualTo(Reason.VIEW_BUSY);
            assertThat(failure.sqlState()).isEqualTo("55P03");
            assertThat(failure.message())
                    .contains("server process " + Refreshing.scalar(holder, "SELECT pg_backend_pid()"))
                    .contains("\"v\"", "2.5s", "spec.timeouts.refresh");
            holder.rollback();
        }
    }

    @Test
    void aReaderIsNotBlamedForAnothersStrongerLock() throws Exception {
        try (Connection reader = inTransaction("SELECT count(*) FROM v");
                Connection holder = inTransaction("REFRESH MATERIALIZED VIEW CONCURRENTLY v")) {
            var bounds = new RefreshBounds(Duration.ofMillis(100), Duration.ofMillis(1500));
            Failure failure = Failures.of(() -> refreshing.run(VIEW, RefreshMode.CONCURRENT, bounds));
            assertThat(failure.reason()).isEqualTo(Reason.VIEW_BUSY);
            assertThat(failure.message())
                    .contains("server process " + Refreshing.scalar(holder, "SELECT pg_backend_pid()"));
            reader.rollback();
            holder.rollback();
        }
    }

    @Test
    void anotherRefreshOfTheOperatorIsWaitedFor() throws Exception {
        database.execute("UPDATE pace SET seconds = 3");
        CompletableFuture<RefreshResult> first = start(() -> refreshing.run(VIEW, RefreshMode.CONCURRENT, PATIENT));
        await().until(() -> "1"
                .equals(database.scalar("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
                        + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")));
        var bounds = new RefreshBounds(Duration.ofMillis(100), Duration.ofMillis(1200));
        Failure failure = Failures.of(() -> refreshing.run(VIEW, RefreshMode.CONCURRENT, bounds));
        assertThat(failure.reason()).isEqualTo(Reason.REFRESH_IN_PROGRESS);
        assertThat(failure.message()).contains("\"v\"", "1.2s", "server process");

        RefreshResult second = refreshing.run(VIEW, RefreshMode.CONCURRENT, PATIENT);
        assertThat(second.attempts()).isGreaterThan(1);
        assertThat(first.get(30, TimeUnit.SECONDS).attempts()).isEqualTo(1);
    }

    @Test
    void whatHoldsOffAVacuumIsWaitedForWithPatience() throws Exception {
        try (Connection holder = inTransaction("ANALYZE v")) {
            CompletableFuture<RefreshResult> refresh =
                    start(() -> refreshing.run(VIEW, RefreshMode.CONCURRENT, PATIENT));
            await().until(this::someoneWaits);
            String patient = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                    + " AND datname = current_database() AND clock_timestamp() - query_start > interval '1.3 s'";
            await().atMost(Duration.ofSeconds(30)).until(() -> "1".equals(database.scalar(patient)));
            holder.rollback();
            // A slow machine may use up the patience of a first attempt before the holder is gone.
            assertThat(refresh.get(30, TimeUnit.SECONDS).attempts()).isLessThanOrEqualTo(2);
        }
    }

    @Test
    void aVacuumThatNeverEndsIsNamedEvenWhenTheRunIsShort() throws Exception {
        try (Connection holder = inTransaction("ANALYZE v")) {
            var bounds = new RefreshBounds(Duration.ofMillis(100), Duration.ofMillis(2000));
            Failure failure = Failures.of(() -> refreshing.run(VIEW, RefreshMode.CONCURRENT, bounds));
            assertThat(failure.reason()).isEqualTo(Reason.VIEW_BUSY);
            assertThat(failure.message())
                    .contains("server process " + Refreshing.scalar(holder, "SELECT pg_backend_pid()"));
            holder.rollback();
        }
    }

    @Test
    void nothingIsHeldBetweenAttempts() throws Exception {
        try (Connection holder = inTransaction("SELECT count(*) FROM v")) {
            CompletableFuture<RefreshResult> refresh = start(() -> refreshing.run(
                    VIEW, RefreshMode.STANDARD, new RefreshBounds(Duration.ofMillis(200), Duration.ofMinutes(1))));
            await().until(this::someoneWaits);
            await().until(() -> "0".equals(database.scalar("""
                    SELECT count(*) FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid
                    WHERE a.query LIKE 'ROLLBACK%' AND a.datname = current_database() OR l.locktype = 'advisory'
                      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    """)));
            holder.rollback();
            refresh.get(30, TimeUnit.SECONDS);
        }
    }

    private boolean someoneWaits() throws SQLException {
        return !"0"
                .equals(
                        database.scalar(
                                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"));
    }

    private Connection inTransaction(String sql) throws SQLException {
        Connection connection = database.connect();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
        return connection;
    }

    private static <T> CompletableFuture<T> start(Callable<T> call) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return call.call();
                    } catch (Exception e) {
                        throw new CompletionException(e);
                    }
                },
                Executors.newVirtualThreadPerTaskExecutor());
    }
}
