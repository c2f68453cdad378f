package dev.matview.operator.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.PostgresServer;
import dev.matview.operator.testing.Servers;
import dev.matview.operator.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One side of a refresh goes away. */
@DatabaseTest(Servers.OLDEST_AND_NEWEST)
class LossTest {
    private static final ViewName VIEW = new ViewName("public", "v");

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    @Test
    void theServerDropsTheStatementOfAClientThatVanishedWithin10Seconds(TestDatabase database) throws Exception {
        slowView(database);
        try (TcpProxy proxy = TcpProxy.to(TestSettings.at(database.server()));
                Connections connections = TestSettings.connections()) {
            Future<Failure> failure =
                    refresh(connections, TestSettings.of(database, proxy.address()), new Cancellation());
            awaitRefresh(database);
            proxy.cut();
            await().atMost(Duration.ofSeconds(20)).until(() -> "0".equals(refreshes(database)));
            assertThat(failure.get(30, TimeUnit.SECONDS).reason()).isEqualTo(Reason.UNREACHABLE);
            assertUnchangedAndFree(database);
        }
    }

    @Test
    void cancellingEndsTheStatementOnTheServer(TestDatabase database) throws Exception {
        slowView(database);
        try (Connections connections = TestSettings.connections()) {
            var cancellation = new Cancellation();
            Future<Failure> failure = refresh(connections, TestSettings.of(database), cancellation);
            awaitRefresh(database);
            cancellation.cancel();
            await().atMost(Duration.ofSeconds(20)).until(() -> "0".equals(refreshes(database)));
            assertThat(failure.get(30, TimeUnit.SECONDS).sqlState()).isEqualTo("57014");
            assertUnchangedAndFree(database);
        }
    }

    @Test
    void anAdministratorMayEndTheSession(TestDatabase database) throws Exception {
        slowView(database);
        try (Connections connections = TestSettings.connections()) {
            Future<Failure> failure = refresh(connections, TestSettings.of(database), new Cancellation());
            awaitRefresh(database);
            database.executeAsSuperuser("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE datname = current_database() AND query LIKE 'REFRESH%'");
            assertThat(failure.get(30, TimeUnit.SECONDS))
                    .returns(Reason.UNREACHABLE, Failure::reason)
                    .returns("57P01", Failure::sqlState);
            assertUnchangedAndFree(database);
        }
    }

    @Test
    void aServerThatCrashesDuringARefreshIsUnreachableUntilItIsBack(PostgresServer shared) throws Exception {
        try (PostgresServer server = PostgresServer.start(shared.version());
                TestDatabase database = server.createDatabase();
                Connections connections =
                        new Connections(TestSettings.policy(Duration.ofSeconds(2)), Duration.ofMinutes(5))) {
            slowView(database);
            ConnectionSettings settings = TestSettings.of(database);
            try (Lease idle = connections.open(settings)) {
                assertThat(idle.connection().isValid(5)).isTrue();
                Future<Failure> failure = refresh(connections, settings, new Cancellation());
                awaitRefresh(database);
                server.stopImmediately();
                assertThat(failure.get(30, TimeUnit.SECONDS).reason()).isEqualTo(Reason.UNREACHABLE);
            }
            // The pool trusts a connection for half a second after its last use.
            await().pollDelay(Duration.ofMillis(600)).untilAsserted(() -> assertThat(
                            Failures.of(() -> connections.open(settings).close())
                                    .reason())
                    .isEqualTo(Reason.UNREACHABLE));
            server.start();
            database.execute("UPDATE pace SET seconds = 0, id = 2");
            assertThat(database.scalar("SELECT id FROM v")).isEqualTo("1");
            try (Lease lease = connections.open(settings)) {
                Refreshing.run(lease.connection(), VIEW, RefreshMode.CONCURRENT, Refreshing.BOUNDS);
            }
            assertThat(database.scalar("SELECT id FROM v")).isEqualTo("2");
        }
    }

    @Test
    void anIdleConnectionThatTheServerEndedIsReplaced(TestDatabase database) throws Exception {
        try (Connections connections =
                new Connections(TestSettings.policy(Duration.ofSeconds(20)), Duration.ofMinutes(5))) {
            ConnectionSettings settings = TestSettings.of(database);
            connections.open(settings).close();
            database.executeAsSuperuser("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                    + " WHERE application_name = 'matview-operator' AND datname = current_database()");
            // The pool trusts a connection for half a second after its last use.
            await().pollDelay(Duration.ofMillis(600)).untilAsserted(() -> {
                try (Lease lease = connections.open(settings)) {
                    assertThat(Refreshing.scalar(lease.connection(), "SELECT 1"))
                            .isEqualTo("1");
                }
            });
        }
    }

    /** A view whose refresh takes a minute. */
    private static void slowView(TestDatabase database) throws SQLException {
        Refreshing.createSlowView(database);
        database.execute("UPDATE pace SET seconds = 60");
    }

    private Future<Failure> refresh(Connections connections, ConnectionSettings settings, Cancellation cancellation) {
        return CompletableFuture.supplyAsync(
                () -> Failures.of(() -> {
                    try (Lease lease = connections.open(settings)) {
                        Refreshing.run(
                                lease.connection(), VIEW, RefreshMode.CONCURRENT, Refreshing.BOUNDS, cancellation);
                    }
                }),
                threads);
    }

    private static void awaitRefresh(TestDatabase database) {
        await().atMost(Duration.ofSeconds(20)).until(() -> "1".equals(refreshes(database)));
    }

    private static String refreshes(TestDatabase database) throws SQLException {
        return Objects.requireNonNull(database.server()
                .scalar(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = ? AND query LIKE 'REFRESH%'"
                                + " AND state = 'active'",
                        database.name()));
    }

    private static void assertUnchangedAndFree(TestDatabase database) throws SQLException {
        assertThat(database.scalar("SELECT id || slept FROM v")).isEqualTo("1");
        database.execute("SET lock_timeout = '10s'", "UPDATE pace SET seconds = 0", "REFRESH MATERIALIZED VIEW v");
    }
}
