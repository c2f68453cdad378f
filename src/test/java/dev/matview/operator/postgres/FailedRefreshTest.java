package dev.matview.operator.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.matview.operator.api.FailureClass;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Refreshes that fail: the view is as before, and the failure names the fix and no data. */
@DatabaseTest
class FailedRefreshTest {
    private static final ViewName VIEW = new ViewName("public", "v");
    private static final String CONTENT = "SELECT string_agg(v::text, ' ' ORDER BY v::text) FROM v";

    private final TestDatabase database;
    private final Refreshing refreshing;

    FailedRefreshTest(TestDatabase database) {
        this.database = database;
        this.refreshing = new Refreshing(database);
    }

    @Test
    void rowsThatAreEqualFailAConcurrentRefresh() throws Exception {
        database.execute(
                "CREATE TABLE t (id int, note text)",
                "INSERT INTO t VALUES (1, 'hidden')",
                "CREATE MATERIALIZED VIEW v AS SELECT id, note FROM t",
                "CREATE UNIQUE INDEX v_key ON v (id)");
        database.execute("INSERT INTO t VALUES (1, 'hidden')");
        Failure twice = failure(RefreshMode.CONCURRENT);
        assertThat(twice.sqlState()).isEqualTo("21000");
        assertThat(twice.reason()).isEqualTo(Reason.DUPLICATE_ROWS);
        assertThat(twice.message()).doesNotContain("hidden");
        assertThat(database.scalar(CONTENT)).isEqualTo("(1,hidden)");

        database.execute("UPDATE t SET note = 'hidden too' WHERE ctid = (SELECT max(ctid) FROM t)");
        for (RefreshMode mode : List.of(RefreshMode.STANDARD, RefreshMode.CONCURRENT)) {
            Failure key = failure(mode);
            assertThat(key.sqlState()).isEqualTo("23505");
            assertThat(key.reason()).isEqualTo(Reason.DUPLICATE_ROWS);
            assertThat(key.failureClass()).isEqualTo(FailureClass.DATA);
            assertThat(key.message()).contains("v_key").doesNotContain("hidden");
            assertThat(database.scalar(CONTENT)).isEqualTo("(1,hidden)");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STANDARD", "CONCURRENT"})
    void aQueryThatFailsOnTheDataLeavesTheViewAlone(RefreshMode mode) throws Exception {
        database.execute(
                "CREATE TABLE t (id int)",
                "INSERT INTO t VALUES (1)",
                "CREATE MATERIALIZED VIEW v AS SELECT 4711 / id AS id FROM t",
                "CREATE UNIQUE INDEX ON v (id)",
                "INSERT INTO t VALUES (0)");
        Failure failure = failure(mode);
        assertThat(failure.sqlState()).isEqualTo("22012");
        assertThat(failure.reason()).isEqualTo(Reason.DATA_ERROR);
        assertThat(failure.message()).doesNotContain("4711");
        assertThat(database.scalar(CONTENT)).isEqualTo("(4711)");
    }

    @Test
    void theTimeoutEndsTheStatement() throws Exception {
        slow();
        database.execute("UPDATE pace SET seconds = 60");
        var bounds = new RefreshBounds(Duration.ofMillis(100), Duration.ofSeconds(1));
        long start = System.nanoTime();
        Failure failure = Failures.of(() -> refreshing.run(VIEW, RefreshMode.CONCURRENT, bounds));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
        assertThat(failure.sqlState()).isEqualTo("57014");
        assertThat(failure.reason()).isEqualTo(Reason.REFRESH_TIMEOUT);
        assertThat(failure.message()).contains("spec.timeouts.refresh");
        assertThat(database.scalar("SELECT id FROM v")).isEqualTo("1");
    }

    @Test
    void aLimitOfTheServerIsSaid() throws Exception {
        database.execute(
                "CREATE TABLE t (n int)",
                "INSERT INTO t VALUES (1)",
                "CREATE MATERIALIZED VIEW v AS SELECT g AS id, md5(g::text) AS m"
                        + " FROM t, generate_series(1, t.n) g ORDER BY m",
                "CREATE UNIQUE INDEX ON v (id)",
                "UPDATE t SET n = 100000");
        database.executeAsSuperuser(
                "ALTER ROLE %s SET temp_file_limit = '1MB'".formatted(database.user()),
                "ALTER ROLE %s SET work_mem = '64kB'".formatted(database.user()));
        Failure failure = failure(RefreshMode.STANDARD);
        assertThat(failure.sqlState()).isEqualTo("53400");
        assertThat(failure.reason()).isEqualTo(Reason.LIMIT_EXCEEDED);
        assertThat(failure.message()).contains("temp_file_limit");
        assertThat(database.scalar("SELECT count(*) FROM v")).isEqualTo("1");
    }

    @ParameterizedTest
    @EnumSource(names = {"STANDARD", "CONCURRENT"})
    void anOwnerWhoMayNoLongerReadTheTableIsToldSo(RefreshMode mode) throws Exception {
        database.executeAsSuperuser(
                "CREATE TABLE theirs AS SELECT 1 AS id", "GRANT SELECT ON theirs TO " + database.user());
        database.execute("CREATE MATERIALIZED VIEW v AS SELECT id FROM theirs", "CREATE UNIQUE INDEX ON v (id)");
        database.executeAsSuperuser("REVOKE SELECT ON theirs FROM " + database.user());
        Failure failure = failure(mode);
        assertThat(failure.sqlState()).isEqualTo("42501");
        assertThat(failure.reason()).isEqualTo(Reason.PERMISSION_DENIED);
        assertThat(failure.failureClass()).isEqualTo(FailureClass.CANNOT_WORK);
        assertThat(database.scalar(CONTENT)).isEqualTo("(1)");
    }

    @Test
    void aFunctionThatNoLongerFindsItsTableBreaksTheDefinition() throws Exception {
        database.execute(
                "CREATE TABLE t AS SELECT 1 AS id",
                "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT id FROM public.t); END'",
                "CREATE MATERIALIZED VIEW v AS SELECT f() AS id",
                "CREATE UNIQUE INDEX ON v (id)",
                "DROP TABLE t");
        Failure failure = failure(RefreshMode.CONCURRENT);
        assertThat(failure.sqlState()).isEqualTo("42P01");
        assertThat(failure.reason()).isEqualTo(Reason.DEFINITION_BROKEN);
        assertThat(database.scalar(CONTENT)).isEqualTo("(1)");
    }

    @Test
    void aFunctionThatReliesOnTheSearchPathFailsFrom17On() throws Exception {
        database.execute(
                "CREATE TABLE t AS SELECT 1 AS id",
                "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT id FROM t); END'",
                "CREATE MATERIALIZED VIEW v AS SELECT 1 AS id WITH NO DATA",
                "CREATE MATERIALIZED VIEW w AS SELECT f() AS id WITH NO DATA");
        var view = new ViewName("public", "w");
        if (database.server().version() < 17) {
            refreshing.run(view, RefreshMode.STANDARD);
        } else {
            Failure failure = Failures.of(() -> refreshing.run(view, RefreshMode.STANDARD));
            assertThat(failure.reason()).isEqualTo(Reason.DEFINITION_BROKEN);
            assertThat(failure.message()).contains("search_path");
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            53100, DISK_FULL
            53200, OUT_OF_MEMORY
            22003, DATA_ERROR
            25006, NOT_PRIMARY
            55000, NOT_SUPPORTED
            P0001, REFRESH_FAILED
            57P01, UNREACHABLE
            """)
    void theServersWordsAreNeverRepeated(String state, Reason reason) throws Exception {
        database.execute(
                "CREATE TABLE t (state text)",
                """
                CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$
                DECLARE s text := (SELECT state FROM public.t);
                BEGIN
                    IF s IS NOT NULL THEN
                        RAISE EXCEPTION 'hidden message' USING ERRCODE = s, DETAIL = 'hidden detail', HINT = 'hidden hint';
                    END IF;
                    RETURN 1;
                END $$
                """,
                "CREATE MATERIALIZED VIEW v AS SELECT f() AS id",
                "CREATE UNIQUE INDEX ON v (id)",
                "INSERT INTO t VALUES ('" + state + "')");
        Failure failure = failure(RefreshMode.CONCURRENT);
        assertThat(failure.reason()).isEqualTo(reason);
        assertThat(failure.sqlState()).isEqualTo(state);
        assertThat(failure.message()).doesNotContain("hidden");
        assertThat(database.scalar(CONTENT)).isEqualTo("(1)");
    }

    @Test
    void aViewThatReadsAnUnpopulatedOneIsToldSo() throws Exception {
        database.execute(
                "CREATE MATERIALIZED VIEW base AS SELECT 1 AS id",
                "CREATE MATERIALIZED VIEW v AS SELECT id FROM base",
                "REFRESH MATERIALIZED VIEW base WITH NO DATA");
        Failure failure = failure(RefreshMode.STANDARD);
        assertThat(failure.sqlState()).isEqualTo("55000");
        assertThat(failure.message()).contains("populated");
    }

    @Test
    void theConnectionCanBeUsedAgainAfterAFailure() throws Exception {
        counted();
        try (Connection connection = database.connect()) {
            database.execute("ALTER TABLE t RENAME TO u");
            database.execute(
                    "DROP MATERIALIZED VIEW v",
                    "CREATE MATERIALIZED VIEW v AS SELECT 1 / (id - 1) FROM u WITH NO DATA");
            assertThat(catchThrowable(() -> Refreshing.run(connection, VIEW, RefreshMode.STANDARD, Refreshing.BOUNDS)))
                    .isInstanceOf(FailureException.class);
            database.execute("DELETE FROM u WHERE id = 1");
            Refreshing.run(connection, VIEW, RefreshMode.STANDARD, Refreshing.BOUNDS);
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT count(*) FROM v")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isEqualTo(2);
            }
        }
    }

    private void counted() throws SQLException {
        database.execute(
                "CREATE TABLE t (id int)",
                "INSERT INTO t VALUES (1), (2), (3)",
                "CREATE MATERIALIZED VIEW v AS SELECT id FROM t",
                "CREATE UNIQUE INDEX v_key ON v (id)");
    }

    private void slow() throws SQLException {
        Refreshing.createSlowView(database);
    }

    private Failure failure(RefreshMode mode) {
        return Failures.of(() -> refreshing.run(VIEW, mode));
    }
}
