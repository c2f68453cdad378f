package dev.matview.operator.postgres.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.PostgresServer;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each of these changes what a refresh would make, or may: none is taken for unchanged. */
@DatabaseTest
class ChangesTest {
    private final TestDatabase database;
    private final int version;
    private final Connection connection;
    private final Watch watch;

    ChangesTest(TestDatabase database, PostgresServer server) throws SQLException {
        this.database = database;
        this.version = server.version();
        database.execute(
                "CREATE TYPE mood AS ENUM ('sad', 'ok')",
                "CREATE TABLE t (id int, m mood, ts timestamptz, f float8)",
                "CREATE TABLE p (id int) PARTITION BY RANGE (id)",
                "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)",
                "CREATE TABLE loose (id int)",
                "CREATE TABLE parent (id int)",
                "CREATE MATERIALIZED VIEW upstream AS SELECT id FROM parent",
                "INSERT INTO t VALUES (1, 'sad', '2026-01-01', 0.1)",
                "INSERT INTO p VALUES (1)",
                "CREATE VIEW inner_view AS SELECT id, ts, f, m FROM t",
                "CREATE VIEW outer_view WITH (security_barrier) AS SELECT * FROM inner_view",
                """
                CREATE MATERIALIZED VIEW v AS SELECT o.id, m::text AS m, ts::text AS ts, f::text AS f, p.id AS p, u.id AS u
                FROM outer_view o LEFT JOIN p USING (id) LEFT JOIN parent USING (id) LEFT JOIN upstream u USING (id)
                """,
                "CREATE UNIQUE INDEX ON v (id)");
        connection = database.connect();
        watch = new Watch(connection, "v");
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    @Test
    void rowsAreSeen() throws Exception {
        sees("INSERT INTO t VALUES (2)");
        sees("UPDATE t SET f = 7 WHERE id = 1");
        sees("DELETE FROM t WHERE id = 2");
        sees("INSERT INTO p VALUES (2)");
        sees("COPY parent FROM PROGRAM 'echo 1'");
        sees("TRUNCATE parent");
        sees("TRUNCATE t");
        sees("BEGIN; INSERT INTO t VALUES (3); SAVEPOINT a; INSERT INTO t VALUES (4); ROLLBACK TO a; COMMIT");
        sees("DO $$ BEGIN INSERT INTO t VALUES (5); COMMIT; PERFORM 1; END $$");
        sees("REFRESH MATERIALIZED VIEW upstream");
        sees(
                "CREATE UNIQUE INDEX ON upstream (id)",
                "INSERT INTO parent VALUES (9)",
                "REFRESH MATERIALIZED VIEW CONCURRENTLY upstream");
    }

    @Test
    void tablesThatComeAndGoAreSeen() throws Exception {
        sees("CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)");
        sees("INSERT INTO loose VALUES (20)", "ALTER TABLE p ATTACH PARTITION loose FOR VALUES FROM (20) TO (30)");
        sees("ALTER TABLE p DETACH PARTITION loose");
        sees("DROP TABLE p2");
        sees("CREATE TABLE child () INHERITS (parent)");
        sees("INSERT INTO child VALUES (1)");
        sees("ALTER TABLE child NO INHERIT parent");
        sees("VACUUM FULL t");
    }

    @Test
    void viewsBelowAreSeen() throws Exception {
        sees("CREATE OR REPLACE VIEW inner_view AS SELECT id + 1 AS id, ts, f, m FROM t");
        sees("CREATE OR REPLACE VIEW inner_view AS SELECT id + 1 AS id, ts, f, m FROM t");
        sees("ALTER VIEW outer_view RESET (security_barrier)");
        if (version >= 15) {
            sees("ALTER VIEW inner_view SET (security_invoker)");
        }
        sees("ALTER TABLE t ENABLE ROW LEVEL SECURITY");
    }

    @Test
    void whatFunctionsAndTypesAreIsSeen() throws Exception {
        sees("ALTER TYPE mood RENAME VALUE 'sad' TO 'glad'");
        sees("ALTER TYPE mood ADD VALUE 'new' BEFORE 'ok'");
        // Nobody should, and a superuser can.
        sees("UPDATE pg_catalog.pg_proc SET procost = procost WHERE oid = 'pg_catalog.int4eq'::regproc");
        sees("CREATE OR REPLACE FUNCTION pg_catalog.enum_out(anyenum) RETURNS cstring STABLE STRICT PARALLEL SAFE"
                + " LANGUAGE internal AS 'enum_out'");
    }

    @Test
    void aVirtualGeneratedColumnIsSeen() throws Exception {
        if (version >= 18) {
            database.execute(
                    "CREATE TABLE g (id int, twice int GENERATED ALWAYS AS (id * 2))",
                    "INSERT INTO g VALUES (1)",
                    "CREATE MATERIALIZED VIEW w AS SELECT twice FROM g");
            var generated = new Watch(connection, "w");
            generated.settle();
            database.execute("ALTER TABLE g ALTER twice SET EXPRESSION AS (id * 3)");
            assertThat(generated.certainVerdict()).isEqualTo(new Verdict.Changed());
        }
    }

    @Test
    void theViewItselfIsSeen() throws Exception {
        sees("REFRESH MATERIALIZED VIEW v");
        sees("REFRESH MATERIALIZED VIEW CONCURRENTLY v");
        sees("SET timezone = 'Asia/Tokyo'; REFRESH MATERIALIZED VIEW CONCURRENTLY v");
        sees("REFRESH MATERIALIZED VIEW v WITH NO DATA");
        sees(
                "DROP MATERIALIZED VIEW v",
                "CREATE MATERIALIZED VIEW v AS SELECT id FROM t",
                "ALTER MATERIALIZED VIEW v OWNER TO \"%s\"".formatted(database.user()));
    }

    @Test
    void settingsOfTheDatabaseAndItsRolesAreSeen() throws Exception {
        sees("ALTER DATABASE \"%s\" SET timezone = 'Asia/Tokyo'".formatted(database.name()));
        sees("ALTER DATABASE \"%s\" SET timezone = 'Europe/Rome'".formatted(database.name()));
        sees("ALTER ROLE \"%s\" IN DATABASE \"%s\" SET extra_float_digits = 0"
                .formatted(database.user(), database.name()));
        try (Connection other = database.connect()) {
            var elsewhere = new Watch(other, "v");
            elsewhere.refresh();
            try (var statement = other.createStatement()) {
                statement.execute("SET intervalstyle = 'iso_8601'");
            }
            assertThat(elsewhere.certainVerdict()).isEqualTo(new Verdict.Changed());
        }
    }

    @Test
    void whatASessionIsSetToIsSeen() throws Exception {
        watch.refresh();
        for (String setting : List.of(
                "TimeZone = 'Asia/Tokyo'",
                "DateStyle = 'ISO, DMY'",
                "IntervalStyle = 'iso_8601'",
                "extra_float_digits = 0",
                "bytea_output = 'escape'",
                "xmlbinary = 'hex'",
                "lc_monetary = 'POSIX'",
                "search_path = 'pg_catalog'",
                "default_text_search_config = 'german'")) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET " + setting);
                assertThat(watch.verdict()).as(setting).isEqualTo(new Verdict.Changed());
                statement.execute("RESET " + setting.substring(0, setting.indexOf(' ')));
            }
        }
        assertThat(watch.verdict()).isNotEqualTo(new Verdict.Changed());
    }

    /** What a superuser does in a session of his own can't be seen; all else that turns counting off can. */
    @Test
    void whoeverElseMayTurnCountingOffIsSeen() throws Exception {
        if (version >= 15) {
            notCounted("CREATE FUNCTION secret() RETURNS int LANGUAGE sql SET track_counts = off AS 'SELECT 1'");
            database.executeAsSuperuser("DROP FUNCTION secret()");
            notCounted("ALTER DATABASE \"%s\" SET track_counts = on".formatted(database.name()));
            database.executeAsSuperuser("ALTER DATABASE \"%s\" RESET track_counts".formatted(database.name()));
            notCounted("ALTER ROLE \"%s\" IN DATABASE \"%s\" SET track_counts = off"
                    .formatted(database.user(), database.name()));
        }
    }

    private void notCounted(String statement) throws Exception {
        watch.refresh();
        database.executeAsSuperuser(statement);
        watch.awaitOthersGone();
        assertThat(watch.look(null)).isInstanceOfSatisfying(Reading.Known.class, known -> {
            assertThat(known.sessions().never()).as(statement).contains("track_counts");
            assertThat(known.counters()).isEmpty();
        });
    }

    @Test
    void countersThatAreResetOrOffAreSeen() throws Exception {
        if (version >= 15) {
            sees("SELECT pg_stat_reset()");
            sees("SELECT pg_stat_reset_single_table_counters('t'::regclass)");
        }
        sees("ALTER ROLE \"%s\" IN DATABASE \"%s\" SET track_counts = off".formatted(database.user(), database.name()));
        watch.refresh();
        database.execute("INSERT INTO loose VALUES (1)");
        assertThat(watch.certainVerdict()).isInstanceOf(Verdict.InDoubt.class);
    }

    /** What is changed shows, and nothing before it. */
    private void sees(String... statements) throws SQLException {
        watch.settle();
        database.executeAsSuperuser(statements);
        watch.awaitOthersGone();
        watch.assertChanged(String.join("; ", statements), watch.certainVerdict());
    }
}
