package dev.matview.operator.postgres.replacement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Readers whose snapshot is older than the refresh never find the view empty. */
@DatabaseTest
class SnapshotsTest {
    private static final ViewName VIEW = new ViewName("public", "m");
    private static final String READ = "SELECT count(*) FROM d";

    private final TestDatabase database;
    private final Background background;

    SnapshotsTest(TestDatabase database) {
        this.database = database;
        this.background = new Background(database);
    }

    @BeforeEach
    void create() throws SQLException {
        database.execute(
                "CREATE TABLE t (id int)",
                "INSERT INTO t SELECT generate_series(1, 1000)",
                "CREATE MATERIALIZED VIEW m AS SELECT id FROM t",
                "CREATE INDEX ON m (id)",
                "CREATE VIEW d AS SELECT id FROM m",
                """
                CREATE FUNCTION counted() RETURNS bigint STABLE LANGUAGE plpgsql AS
                'BEGIN PERFORM pg_advisory_lock_shared(1); RETURN (SELECT count(*) FROM d); END'
                """);
    }

    @AfterEach
    void endThreads() {
        background.close();
    }

    @Test
    void inRepeatableReadAndSerializableTransactions() throws Exception {
        for (RefreshMode mode : new RefreshMode[] {
            RefreshMode.SWAP, RefreshMode.BLUE_GREEN, RefreshMode.BLUE_GREEN, RefreshMode.STANDARD, RefreshMode.SWAP
        }) {
            try (Connection repeatable = snapshot("REPEATABLE READ");
                    Connection serializable = snapshot("SERIALIZABLE")) {
                new Refreshing(database).run(VIEW, mode);
                assertThat(Refreshing.scalar(repeatable, READ)).as("%s", mode).isEqualTo("1000");
                assertThat(Refreshing.scalar(serializable, READ)).as("%s", mode).isEqualTo("1000");
                assertThat(Refreshing.scalar(serializable, "SELECT count(*) FROM m WHERE id BETWEEN 1 AND 10"))
                        .isEqualTo("10");
            }
        }
    }

    @Test
    void inAFunctionThatKeepsItsCallersSnapshot() throws Exception {
        for (RefreshMode mode : new RefreshMode[] {RefreshMode.SWAP, RefreshMode.BLUE_GREEN, RefreshMode.BLUE_GREEN}) {
            try (Connection gate = database.connect()) {
                Refreshing.scalar(gate, "SELECT pg_advisory_lock(1)");
                var counted = background.start(() -> database.scalar("SELECT counted()"));
                background.awaitTrue("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                        + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))");
                new Refreshing(database).run(VIEW, mode);
                Refreshing.scalar(gate, "SELECT pg_advisory_unlock(1)");
                assertThat(counted.get(60, TimeUnit.SECONDS)).isEqualTo("1000");
            }
        }
    }

    @Test
    void inACursorThatIsReadToItsEndBeforeTheViewIsReplaced() throws Exception {
        for (RefreshMode mode : new RefreshMode[] {RefreshMode.SWAP, RefreshMode.BLUE_GREEN, RefreshMode.BLUE_GREEN}) {
            try (Connection reader =
                    background.inTransaction("DECLARE c CURSOR FOR SELECT id FROM d", "FETCH 10 FROM c")) {
                var refresh = background.refresh(VIEW, mode);
                background.awaitRefreshes(1);
                try (Statement statement = reader.createStatement()) {
                    assertThat(statement.executeUpdate("MOVE ALL FROM c")).isEqualTo(990);
                }
                reader.commit();
                refresh.get(60, TimeUnit.SECONDS);
            }
        }
    }

    private Connection snapshot(String level) throws SQLException {
        return background.inTransaction("SET TRANSACTION ISOLATION LEVEL " + level, "SELECT count(*) FROM t");
    }
}
