package dev.matview.operator.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.testing.PostgresServer;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The connection is lost with the commit under way. A server that waits for a standby which does not exist is at that
 * point for as long as the test wants: it has committed, and has not said so (PostgreSQL manual, section 26.2.8).
 */
@Tag("database")
class CommitLossTest {
    private static final ViewName VIEW = new ViewName("public", "v");

    private final PostgresServer server = PostgresServer.start(18);
    private final TestDatabase database = server.createDatabase();
    private final Connections connections = TestSettings.connections();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void close() {
        try (server;
                database;
                connections) {
            threads.shutdownNow();
        }
    }

    @Test
    void itIsNotCalledUndoneAndTheNextTryDoesNoHarm() throws Exception {
        database.execute(
                "CREATE TABLE t AS SELECT 1 AS id",
                "CREATE MATERIALIZED VIEW v AS SELECT id FROM t",
                "CREATE UNIQUE INDEX ON v (id)",
                "UPDATE t SET id = 2");
        server.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()");
        try (TcpProxy proxy = TcpProxy.to(TestSettings.at(server))) {
            Future<Failure> failure = refresh(TestSettings.of(database, proxy.address()));
            awaitCommit();
            proxy.cut();
            assertUnknown(failure);
        }
        server.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
        assertThat(database.scalar("SELECT id FROM v")).as("committed").isEqualTo("2");

        Future<Failure> again = refresh(TestSettings.of(database));
        awaitCommit();
        server.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
        assertUnknown(again);

        server.execute("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()");
        try (Connection connection = database.connect()) {
            Refreshing.run(connection, VIEW, RefreshMode.CONCURRENT, Refreshing.BOUNDS);
        }
        assertThat(database.scalar("SELECT id FROM v")).isEqualTo("2");
    }

    private Future<Failure> refresh(ConnectionSettings settings) {
        return CompletableFuture.supplyAsync(
                () -> Failures.of(() -> {
                    try (Lease lease = connections.open(settings)) {
                        Refreshing.run(lease.connection(), VIEW, RefreshMode.CONCURRENT, Refreshing.BOUNDS);
                    }
                }),
                threads);
    }

    private void awaitCommit() {
        await("a commit waits").until(() -> "1"
                .equals(server.scalar("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")));
    }

    private static void assertUnknown(Future<Failure> failure) throws Exception {
        assertThat(failure.get(60, TimeUnit.SECONDS))
                .returns(Reason.UNREACHABLE, Failure::reason)
                .satisfies(f -> assertThat(f.message())
                        .contains("whether it did is not known", "tried again")
                        .doesNotContain("undone"));
    }
}
