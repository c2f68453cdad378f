package dev.matview.operator.postgres.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.PostgresServer;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The server is not the one that it was, or its counters begin anew; each test has one of its own. */
@DatabaseTest
class EpochTest {
    private final PostgresServer server;
    private final TestDatabase database;
    private Connection connection;
    private Watch watch;

    EpochTest(PostgresServer shared) throws SQLException {
        server = PostgresServer.start(shared.version(), "ssl=off");
        database = server.createDatabase();
        database.execute(
                "CREATE UNLOGGED TABLE t (id int)",
                "INSERT INTO t VALUES (1)",
                "CREATE MATERIALIZED VIEW v AS SELECT id FROM t");
        connection = database.connect();
        watch = new Watch(connection, "v");
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
        server.close();
    }

    @Test
    void aServerThatNobodyUsesIsUnchangedOnEveryVersion() throws Exception {
        watch.refresh();
        assertThat(watch.verdict()).isInstanceOf(Verdict.Unchanged.class);
    }

    @Test
    void aResetOfTheServersCountersIsSeen() throws Exception {
        if (server.version() >= 15) {
            watch.settle();
            server.execute("SELECT pg_stat_reset_shared('bgwriter')");
            assertThat(watch.verdict()).isEqualTo(new Verdict.Changed());
        }
    }

    @Test
    void aProcessThatCrashesAndTakesUnloggedTablesWithItIsSeen() throws Exception {
        watch.settle();
        assertThatThrownBy(() -> server.execute("COPY (SELECT 1) TO PROGRAM 'kill -9 $PPID'"))
                .isInstanceOf(SQLException.class);
        reconnect();
        assertThat(Refreshing.scalar(connection, "SELECT count(*) FROM t")).isEqualTo("0");
        assertThat(watch.verdict()).isEqualTo(new Verdict.Changed());
    }

    @Test
    void aStartIsSeen() throws Exception {
        watch.settle();
        server.stopImmediately();
        server.start();
        reconnect();
        assertThat(watch.verdict()).isEqualTo(new Verdict.Changed());
    }

    /** Both have the same catalog, and as many rows written since they were made. */
    @Test
    void aDatabaseMadeAnewFromACopyIsSeen() throws Exception {
        inCopyOf(database.name(), "INSERT INTO t VALUES (2)");
        watch.settle();
        inCopyOf("copy_of_" + database.name(), "INSERT INTO t VALUES (3)");
        assertThat(watch.certainVerdict()).isEqualTo(new Verdict.Changed());
    }

    private void inCopyOf(String original, String statement) throws SQLException {
        connection.close();
        String copy = "copy_of_" + original;
        server.execute("CREATE DATABASE \"%s\" TEMPLATE \"%s\"".formatted(copy, original));
        try (Connection writer = server.connect(database.user(), database.password(), copy)) {
            Refreshing.scalar(writer, statement + " RETURNING id");
        }
        connection = server.connect(database.user(), database.password(), copy);
        watch = watch.on(connection);
    }

    private void reconnect() {
        await().ignoreExceptions().until(() -> {
            connection = database.connect();
            return true;
        });
        watch = watch.on(connection);
    }
}
