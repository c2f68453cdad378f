package dev.matview.operator.postgres.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.postgres.TestRole;
import dev.matview.operator.postgres.fingerprint.Reading.Known;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.PostgresServer;
import dev.matview.operator.testing.PostgresVersions;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** Others write, and what they wrote is not counted yet, or never. */
@DatabaseTest
class SessionsTest {
    private final TestDatabase database;
    private final int version;
    private final Connection connection;
    private final Connection writer;
    private final Watch watch;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    SessionsTest(TestDatabase database, PostgresServer server) throws SQLException {
        this.database = database;
        this.version = server.version();
        database.execute(
                "CREATE TABLE t (id int)",
                "INSERT INTO t VALUES (0)",
                "CREATE MATERIALIZED VIEW v AS SELECT id FROM t",
                "CREATE TABLE other (id int)");
        connection = database.connect();
        writer = database.connect();
        watch = new Watch(connection, "v");
    }

    @AfterEach
    void close() throws SQLException {
        threads.shutdownNow();
        writer.close();
        connection.close();
    }

    @Test
    void whatASessionThatStaysHasNotCountedYetIsWaitedFor() throws Exception {
        on(writer, "UPDATE t SET id = 1");
        watch.refresh();
        on(writer, "UPDATE t SET id = 2");
        assertThat(watch.verdict()).as("as long as it may be late").isNotInstanceOf(Verdict.Unchanged.class);
        hurryExceptOnTheNewest();
        watch.assertChanged("counted late", watch.certainVerdict());
    }

    @Test
    void aSessionThatOnlyReadHoldsNothingUpForGood() throws Exception {
        watch.settle();
        on(writer, "SELECT count(*) FROM t");
        on(writer, "INSERT INTO other VALUES (1)");
        assertThat(watch.verdict()).isInstanceOf(Verdict.InDoubt.class);
        hurryExceptOnTheNewest();
        watch.assertUnchanged(watch.certainVerdict());
    }

    @Test
    void aTransactionThatBeganBeforeTheRefreshAndCommitsLaterIsSeen() throws Exception {
        writer.setAutoCommit(false);
        on(writer, "UPDATE t SET id = 1");
        watch.settle();
        writer.commit();
        writer.close();
        watch.assertChanged("counted late", watch.certainVerdict());
    }

    @Test
    void aStatementThatRunsSinceBeforeTheRefreshHidesNothingThatIsCommitted() throws Exception {
        try (Connection gate = database.connect()) {
            on(gate, "SELECT pg_advisory_lock(1)");
            var statement = threads.submit(() -> on(writer, "SELECT pg_advisory_lock(1)"));
            awaitWaiting();
            watch.settle();
            watch.assertUnchanged(watch.certainVerdict());
            on(gate, "SELECT pg_advisory_unlock(1)");
            statement.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void aTransactionThatStaysOpenSinceBeforeTheRefreshHidesNothingUntilItGoesOn() throws Exception {
        writer.setAutoCommit(false);
        on(writer, "SELECT 1");
        watch.settle();
        watch.assertUnchanged(watch.verdict());
        on(writer, "SELECT 2");
        assertWaitsFor(writer, watch.look(null));
    }

    @Test
    void aSessionThatDoesNotSayWhatItDoesIsNotTrusted() throws Exception {
        database.executeAsSuperuser("GRANT pg_read_all_stats TO \"%s\"".formatted(database.user()));
        try (Connection silent = database.connectAsSuperuser()) {
            on(silent, "SET track_activities = off");
            watch.refresh();
            assertWaitsFor(silent, watch.look(null));
        }
    }

    @Test
    void aProcedureThatCommitsAndGoesOnIsNotTrusted() throws Exception {
        database.execute("CREATE PROCEDURE writes() LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_lock(1);"
                + " UPDATE t SET id = 1; COMMIT; UPDATE other SET id = 1; COMMIT; PERFORM pg_advisory_lock(2); END $$");
        try (Connection gate = database.connect()) {
            on(gate, "SELECT pg_advisory_lock(1), pg_advisory_lock(2)");
            var call = threads.submit(() -> on(writer, "CALL writes()"));
            awaitWaiting();
            watch.refresh();
            on(gate, "SELECT pg_advisory_unlock(1)");
            await().until(() -> "1".equals(database.scalar("SELECT id FROM t")));
            awaitWaiting();
            assertWaitsFor(writer, watch.look(null));
            on(gate, "SELECT pg_advisory_unlock(2)");
            call.get(30, TimeUnit.SECONDS);
        }
        hurryExceptOnTheNewest();
        watch.assertChanged("counted late", watch.certainVerdict());
    }

    @Test
    void aMessageOfSeveralTransactionsIsNotTrusted() throws Exception {
        try (Connection gate = database.connect();
                Connection simple = DriverManager.getConnection(
                        database.url() + "?preferQueryMode=simple", database.user(), database.password())) {
            on(gate, "SELECT pg_advisory_lock(1), pg_advisory_lock(2)");
            var message = threads.submit(() -> on(
                    simple,
                    "SELECT pg_advisory_lock(1); BEGIN; UPDATE t SET id = 1; COMMIT; SELECT pg_advisory_lock(2)"));
            awaitWaiting();
            watch.refresh();
            on(gate, "SELECT pg_advisory_unlock(1)");
            await().until(() -> "1".equals(database.scalar("SELECT id FROM t")));
            awaitWaiting();
            assertWaitsFor(simple, watch.look(null));
            on(gate, "SELECT pg_advisory_unlock(2)");
            message.get(30, TimeUnit.SECONDS);
        }
        hurryExceptOnTheNewest();
        watch.assertChanged("counted late", watch.certainVerdict());
    }

    @Test
    void aPipelineOfManyTransactionsIsNotTrustedUntilItEnds() throws Exception {
        if (version < PostgresVersions.majors().getLast()) {
            return;
        }
        on(writer, "UPDATE other SET id = 1");
        try (Connection gate = database.connect();
                Statement pipeline = writer.createStatement()) {
            on(gate, "SELECT pg_advisory_lock(1), pg_advisory_lock(2), pg_advisory_lock(3)");
            for (int i = 1; i <= 3; i++) {
                pipeline.addBatch("DO $$ BEGIN PERFORM pg_advisory_lock(" + i + "); END $$");
                for (String statement : List.of("BEGIN", "UPDATE t SET id = " + i, "COMMIT")) {
                    pipeline.addBatch(statement);
                }
            }
            var batch = threads.submit(pipeline::executeBatch);
            awaitWaiting();
            watch.refresh();
            on(gate, "SELECT pg_advisory_unlock(1)");
            await().until(() -> "1".equals(database.scalar("SELECT id FROM t")));
            Reading first = watch.look(null);
            on(gate, "SELECT pg_sleep(" + Sessions.HANDED_OVER.plusSeconds(1).toSeconds() + ")");
            on(gate, "SELECT pg_advisory_unlock(2)");
            await().until(() -> "2".equals(database.scalar("SELECT id FROM t")));
            awaitWaiting();
            assertWaitsFor(writer, watch.look((Known) first));
            on(gate, "SELECT pg_advisory_unlock(3)");
            batch.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void sessionsThatMayNotBeLookedAtAreNotTrustedAndTheRightIsNamed() throws Exception {
        writer.close();
        watch.settle();
        database.execute("INSERT INTO other VALUES (1)");
        try (TestRole stranger = TestRole.create(database, "stranger");
                Connection theirs = database.server().connect(stranger.name(), stranger.password(), database.name())) {
            on(theirs, "SELECT 1");
            assertThat(watch.certainVerdict()).isInstanceOfSatisfying(Verdict.InDoubt.class, doubt -> {
                assertThat(doubt.again()).isEqualTo(Duration.ZERO);
                if (version >= 15) {
                    assertThat(doubt.why()).contains("\"" + stranger.name() + "\"", "GRANT pg_read_all_stats");
                }
            });
            database.executeAsSuperuser("GRANT pg_read_all_stats TO \"%s\"".formatted(database.user()));
            assertThat(watch.verdict()).isInstanceOfSatisfying(Verdict.InDoubt.class, doubt -> assertThat(doubt.why())
                    .doesNotContain("GRANT"));
        }
        watch.assertUnchanged(watch.certainVerdict());
    }

    @Test
    void aSessionOfAnotherDatabaseIsOfNoConcern(PostgresServer server) throws Exception {
        writer.close();
        watch.settle();
        try (Connection theirs = server.connect()) {
            on(theirs, "SELECT txid_current()");
            watch.assertUnchanged(watch.certainVerdict());
        }
    }

    @Test
    void whatTheOperatorsOwnSessionWroteIsCountedAtOnce() throws Exception {
        writer.close();
        on(connection, "UPDATE t SET id = 1");
        watch.refresh();
        on(connection, "UPDATE t SET id = 2");
        watch.assertChanged("counted at once", watch.verdict());
    }

    /** On the others the session ends and hands over at once: that takes less than up to 15 seconds. */
    private void hurryExceptOnTheNewest() throws SQLException {
        if (version < PostgresVersions.majors().getLast()) {
            writer.close();
        }
    }

    /** Where counters prove something, not as long as that session may have counted more. */
    private void assertWaitsFor(Connection session, Reading reading) throws SQLException {
        int process = session.unwrap(PGConnection.class).getBackendPID();
        if (version >= 15) {
            assertThat(reading).isInstanceOfSatisfying(Known.class, known -> assertThat(
                            known.sessions().waiting())
                    .contains(process));
        }
    }

    private void awaitWaiting() {
        await().until(() -> "1"
                .equals(database.scalar("SELECT count(*) FROM pg_locks WHERE NOT granted AND database ="
                        + " (SELECT oid FROM pg_database WHERE datname = current_database())")));
    }

    private static boolean on(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            return statement.execute(sql);
        }
    }
}
