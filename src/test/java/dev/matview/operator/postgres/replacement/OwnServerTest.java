package dev.matview.operator.postgres.replacement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.net.Deadline;
import dev.matview.operator.postgres.Cancellation;
import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.Facade;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.Failures;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.PostgresServer;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What only a server of one's own can show: standbys, prepared transactions, an autovacuum at work. */
@DatabaseTest
class OwnServerTest {
    private static final ViewName VIEW = new ViewName("public", "v");

    /** One server for all of them, one by one; it ends with the stream. */
    @TestFactory
    @Execution(ExecutionMode.SAME_THREAD)
    Stream<DynamicTest> readersAndRefreshes(PostgresServer shared) {
        PostgresServer server = PostgresServer.start(
                shared.version(),
                "max_prepared_transactions=5",
                "autovacuum_naptime=1s",
                "ssl=off",
                "max_standby_streaming_delay=-1",
                "hot_standby_feedback=on");
        return Stream.of(
                        dynamicTest(
                                "a reader on a standby with an older snapshot finds the view",
                                () -> aReaderOnAStandbyWithAnOlderSnapshotFindsTheView(server)),
                        dynamicTest(
                                "a synchronous standby that stalls blocks no reader",
                                () -> aSynchronousStandbyThatStallsBlocksNoReader(server)),
                        dynamicTest(
                                "a prepared transaction that holds the view is waited for",
                                () -> aPreparedTransactionThatHoldsTheViewIsWaitedFor(server)),
                        dynamicTest(
                                "an autovacuum at work on the view makes way",
                                () -> anAutovacuumAtWorkOnTheViewMakesWay(server)))
                .onClose(server::close);
    }

    private static void aReaderOnAStandbyWithAnOlderSnapshotFindsTheView(PostgresServer server) throws Exception {
        try (TestDatabase database = created(server);
                PostgresServer standby = server.standby()) {
            for (RefreshMode mode :
                    new RefreshMode[] {RefreshMode.SWAP, RefreshMode.BLUE_GREEN, RefreshMode.BLUE_GREEN}) {
                try (Connection reader = standby.connect(database.user(), database.password(), database.name())) {
                    reader.setAutoCommit(false);
                    reader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                    Refreshing.scalar(reader, "SELECT count(*) FROM pace");
                    new Refreshing(database).run(VIEW, mode);
                    String end = "" + database.scalar("SELECT pg_current_wal_lsn()");
                    await().until(() ->
                            "t".equals(standby.scalar("SELECT pg_last_wal_replay_lsn() >= ?::pg_lsn", end)));
                    assertThat(Refreshing.scalar(reader, "SELECT count(*) FROM d"))
                            .as("%s", mode)
                            .isEqualTo("1");
                    reader.rollback();
                }
            }
        }
    }

    private static void aSynchronousStandbyThatStallsBlocksNoReader(PostgresServer server) throws Exception {
        try (TestDatabase database = created(server);
                Connection connection = database.connect()) {
            new Refreshing(database).run(VIEW, RefreshMode.BLUE_GREEN);
            ViewFacts facts = Catalog.inspect(connection, VIEW, "server");
            Facade facade = Objects.requireNonNull(facts.facade());
            var flip = new Flip(connection, facts.identity(), new Cancellation());
            String oid = database.scalar("SELECT oid FROM pg_class WHERE relname = 'w'");
            server.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()");
            await().until(() -> "nobody".equals(server.scalar("SHOW synchronous_standby_names")));
            try {
                // A commit that waits for the standby would wait for ever.
                assertThat(flip.run(
                                facade,
                                Flip.States.of(connection, facade),
                                Background.PATIENT,
                                Deadline.in(Duration.ofSeconds(60))))
                        .isTrue();
                new Refreshing(database).run(new ViewName("public", "w"), RefreshMode.SWAP);
            } finally {
                server.execute("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()");
            }
            assertThat(database.scalar("SELECT oid FROM pg_class WHERE relname = 'w'"))
                    .isNotEqualTo(oid);
        }
    }

    private static void aPreparedTransactionThatHoldsTheViewIsWaitedFor(PostgresServer server) throws Exception {
        try (TestDatabase database = created(server);
                Connection session = database.connect()) {
            for (RefreshMode mode : new RefreshMode[] {RefreshMode.SWAP, RefreshMode.BLUE_GREEN}) {
                session.createStatement().execute("BEGIN; SELECT * FROM d; PREPARE TRANSACTION 'held'");
                Failure failure = Failures.of(() -> new Refreshing(database)
                        .run(VIEW, mode, new RefreshBounds(Duration.ofMillis(100), Duration.ofSeconds(3))));
                assertThat(failure.reason()).isEqualTo(Reason.VIEW_BUSY);
                assertThat(failure.message()).contains("\"public\".\"d\"");
                assertThat(Latency.of(database, "SELECT count(*) FROM d", Duration.ofMillis(200)))
                        .isLessThan(Duration.ofSeconds(5));
                session.createStatement().execute("COMMIT PREPARED 'held'");
                new Refreshing(database).run(VIEW, mode);
            }
        }
    }

    private static void anAutovacuumAtWorkOnTheViewMakesWay(PostgresServer server) throws Exception {
        try (TestDatabase database = created(server)) {
            database.execute(
                    "CREATE TABLE t AS SELECT i AS id, repeat('x', 500) AS filler FROM generate_series(1, 20000) i",
                    """
                    CREATE MATERIALIZED VIEW big WITH (autovacuum_vacuum_insert_threshold = 0, autovacuum_vacuum_insert_scale_factor = 0,
                        autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1) AS SELECT * FROM t
                    """);
            var big = new ViewName("public", "big");
            for (RefreshMode mode :
                    new RefreshMode[] {RefreshMode.SWAP, RefreshMode.BLUE_GREEN, RefreshMode.STANDARD}) {
                String relations =
                        database.scalar("SELECT string_agg(oid::text, ',') FROM pg_class WHERE relname ~ '^big'");
                await().until(() -> !"0"
                        .equals(server.scalar(
                                "SELECT count(*) FROM pg_stat_progress_vacuum WHERE relid IN (" + relations + ")")));
                try (var background = new Background(database)) {
                    assertThat(background
                                    .refresh(big, mode)
                                    .get(60, TimeUnit.SECONDS)
                                    .attempts())
                            .as("%s", mode)
                            .isEqualTo(1);
                }
            }
        }
    }

    private static TestDatabase created(PostgresServer server) throws Exception {
        TestDatabase database = server.createDatabase();
        Refreshing.createSlowView(database);
        database.execute("CREATE VIEW d AS SELECT id FROM v", "CREATE MATERIALIZED VIEW w AS SELECT id FROM pace");
        return database;
    }
}
