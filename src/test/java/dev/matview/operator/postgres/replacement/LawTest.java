package dev.matview.operator.postgres.replacement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.Failures;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nothing but the content changes, whoever refreshes, under whatever settings. */
@DatabaseTest
class LawTest {
    /** Views on $, some with words that PostgreSQL does not read back as it prints them. */
    private static final List<String> DEPENDENTS = List.of(
            "CREATE VIEW d AS SELECT id, v.* FROM $, (VALUES (1, 2)) AS v (a, b)",
            "CREATE VIEW d AS SELECT id, x.* FROM $, other_pair() AS x; ALTER TYPE other_pair ADD ATTRIBUTE late int",
            "CREATE VIEW d AS SELECT id, x FROM $, third_pair() AS x; ALTER TYPE third_pair ADD ATTRIBUTE late int",
            "CREATE VIEW d AS SELECT x.p, x.q FROM $, pair() AS x (p, q); ALTER TYPE pair RENAME ATTRIBUTE a TO z",
            "CREATE VIEW d AS WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r, $ WHERE n < 3) SELECT * FROM r",
            "CREATE VIEW d (one, two) AS SELECT id, id FROM $ ORDER BY 1 FETCH FIRST 1 ROW WITH TIES",
            "CREATE VIEW d AS SELECT id AS \"select\", id::text COLLATE \"C\" AS \"a\"\"b\" FROM $ AS \"from\" NATURAL JOIN $ AS n",
            "CREATE VIEW d AS SELECT count(*) FILTER (WHERE id > 0) OVER w FROM $ WINDOW w AS (ORDER BY id ROWS 1 PRECEDING)",
            "CREATE VIEW d AS SELECT * FROM $ TABLESAMPLE BERNOULLI (100)",
            "CREATE VIEW d AS SELECT '1'::money AS c, '1 day'::interval AS i, 1.1::float4 AS f, NULL = id AS n FROM $");

    private final TestDatabase database;
    private final Refreshing refreshing;

    LawTest(TestDatabase database) {
        this.database = database;
        this.refreshing = new Refreshing(database);
    }

    @Test
    void itHoldsUnderHostileSettingsOfTheSession() throws Exception {
        RichView view = RichView.create(database);
        String content = view.content();
        CatalogSnapshot before = CatalogSnapshot.of(database);
        for (String setting : List.of(
                "search_path = 'other'",
                "DateStyle = 'German'",
                "IntervalStyle = 'sql_standard'",
                "extra_float_digits = -10",
                "array_nulls = off",
                "transform_null_equals = on",
                "quote_all_identifiers = on",
                "bytea_output = 'escape'",
                "default_tablespace = 'pg_default'",
                "default_transaction_isolation = 'serializable'")) {
            database.executeAsSuperuser("ALTER ROLE " + database.user() + " SET " + setting);
        }
        inEveryMode();
        database.executeAsSuperuser("ALTER ROLE " + database.user() + " RESET ALL");
        assertThat(CatalogSnapshot.of(database).lines()).isEqualTo(before.lines());
        assertThat(view.content()).isEqualTo(content);
    }

    @Test
    void itHoldsWhenASuperuserRefreshesAViewOfAnOwnerWhoSeesLess() throws Exception {
        database.execute(
                "CREATE TABLE secrets (id int, owner text)",
                "INSERT INTO secrets VALUES (1, current_user), (2, 'somebody')",
                "ALTER TABLE secrets ENABLE ROW LEVEL SECURITY",
                "ALTER TABLE secrets FORCE ROW LEVEL SECURITY",
                "CREATE POLICY p ON secrets USING (owner = current_user)",
                "CREATE MATERIALIZED VIEW seen AS SELECT id, current_user::text AS who FROM secrets",
                "CREATE VIEW reader AS SELECT * FROM seen");
        CatalogSnapshot before = CatalogSnapshot.of(database);
        var name = new ViewName("public", "seen");
        try (Connection superuser = database.connectAsSuperuser()) {
            for (RefreshMode mode :
                    List.of(RefreshMode.SWAP, RefreshMode.BLUE_GREEN, RefreshMode.BLUE_GREEN, RefreshMode.SWAP)) {
                Refreshing.run(superuser, name, mode, Refreshing.BOUNDS);
                assertThat(database.scalar("SELECT string_agg(id || who, ' ') FROM reader"))
                        .isEqualTo("1" + database.user());
            }
        }
        assertThat(CatalogSnapshot.of(database).lines()).isEqualTo(before.lines());
    }

    @Test
    void itHoldsUnderAnEventTrigger() throws Exception {
        RichView.create(database);
        database.executeAsSuperuser(
                "CREATE FUNCTION noted() RETURNS event_trigger LANGUAGE plpgsql AS"
                        + " 'BEGIN PERFORM count(*) FROM pg_event_trigger_ddl_commands(); END'",
                "CREATE EVENT TRIGGER noting ON ddl_command_end EXECUTE FUNCTION noted()");
        CatalogSnapshot before = CatalogSnapshot.of(database);
        inEveryMode();
        assertThat(CatalogSnapshot.of(database).lines()).isEqualTo(before.lines());
    }

    @Test
    void aBoundOfTheSessionOnWholeTransactionsIsNotOneOnARefresh() throws Exception {
        assumeTrue(database.server().version() >= 17, "transaction_timeout came with PostgreSQL 17");
        database.executeAsSuperuser("ALTER ROLE " + database.user() + " SET transaction_timeout = '1h'");
        database.execute("CREATE MATERIALIZED VIEW m AS SELECT current_setting('transaction_timeout') AS bound");
        assertThat(database.scalar("SELECT bound FROM m")).isEqualTo("1h");
        for (RefreshMode mode : List.of(RefreshMode.SWAP, RefreshMode.BLUE_GREEN)) {
            refreshing.run(new ViewName("public", "m"), mode);
            assertThat(database.scalar("SELECT bound FROM m")).isEqualTo("0");
        }
    }

    @Test
    void itHoldsForTheEyesOfPgDump() throws Exception {
        assumeTrue(SchemaDump.canRead(database), "pg_dump is older than the server");
        RichView.create(database);
        String before = SchemaDump.of(database);
        inEveryMode();
        assertThat(SchemaDump.of(database)).isEqualTo(before);
    }

    @Test
    void functionsThatRelyOnTheSearchPathWorkAsInAPlainRefresh() throws Exception {
        assumeTrue(database.server().version() < 17, "from 17 on the server itself empties the path for any refresh");
        database.executeAsSuperuser(
                "CREATE SCHEMA other AUTHORIZATION " + database.user(),
                "ALTER ROLE " + database.user() + " SET search_path = other, public");
        database.execute(
                "CREATE TABLE other.t AS SELECT 7 AS id",
                "CREATE FUNCTION relying() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT id FROM t); END'",
                "CREATE MATERIALIZED VIEW public.m AS SELECT relying() AS id");
        for (RefreshMode mode : List.of(RefreshMode.STANDARD, RefreshMode.SWAP, RefreshMode.BLUE_GREEN)) {
            refreshing.run(new ViewName("public", "m"), mode);
            assertThat(database.scalar("SELECT id FROM public.m")).isEqualTo("7");
        }
    }

    @Test
    void aViewOnItStaysWhatItIsOrIsRefused() throws Exception {
        database.execute(
                "CREATE TYPE pair AS (a int, b int)",
                "CREATE TYPE other_pair AS (a int, b int)",
                "CREATE TYPE third_pair AS (a int, b int)",
                "CREATE FUNCTION pair() RETURNS pair LANGUAGE sql AS 'SELECT ROW(1, 2)::pair'",
                "CREATE FUNCTION other_pair() RETURNS other_pair LANGUAGE sql AS 'SELECT ROW(1, 2)::other_pair'",
                "CREATE FUNCTION third_pair() RETURNS third_pair LANGUAGE sql AS 'SELECT ROW(1, 2)::third_pair'");
        var views = new ArrayList<ViewName>();
        for (String dependent : DEPENDENTS) {
            var view = new ViewName("public", "m" + views.size());
            database.execute(
                    "CREATE MATERIALIZED VIEW " + view.name() + " AS SELECT 1 AS id",
                    dependent.replace(" d ", " d" + views.size() + " ").replace("$", view.name()));
            views.add(view);
        }
        CatalogSnapshot before = CatalogSnapshot.of(database);
        int refused = 0;
        try (Connection connection = database.connect()) {
            for (ViewName view : views) {
                for (RefreshMode mode : List.of(RefreshMode.SWAP, RefreshMode.BLUE_GREEN, RefreshMode.STANDARD)) {
                    try {
                        Refreshing.run(connection, view, mode, Refreshing.BOUNDS);
                    } catch (FailureException e) {
                        assertThat(e.failure().reason()).isEqualTo(Reason.REPLACEMENT_REFUSED);
                        assertThat(e.failure().message())
                                .contains("another way", "d" + view.name().substring(1));
                        refused++;
                    }
                }
            }
        }
        assertThat(CatalogSnapshot.of(database).lines()).isEqualTo(before.lines());
        assertThat(refused).isBetween(1, 9);
    }

    @Test
    void aQueryThatPostgresqlReadsBackInAnotherWayIsRefused() throws Exception {
        database.execute(
                "CREATE TYPE pair AS (a int, b int)",
                "CREATE FUNCTION pair() RETURNS pair LANGUAGE sql AS 'SELECT ROW(1, 2)::public.pair'",
                "CREATE MATERIALIZED VIEW grown AS SELECT x.* FROM pair() AS x",
                "ALTER TYPE pair ADD ATTRIBUTE c int",
                "CREATE MATERIALIZED VIEW folded AS SELECT coalesce(1.5::numeric(12,2), NULL) AS id");
        var views = new ArrayList<>(List.of("grown"));
        if (database.server().version() < 17) {
            // Filled by CREATE itself, its columns had the types of what the planner had simplified.
            views.add("folded");
        }
        CatalogSnapshot before = CatalogSnapshot.of(database);
        for (String view : views) {
            for (RefreshMode mode : List.of(RefreshMode.SWAP, RefreshMode.BLUE_GREEN)) {
                Failure failure = Failures.of(() -> refreshing.run(new ViewName("public", view), mode));
                assertThat(failure.reason()).isEqualTo(Reason.REPLACEMENT_REFUSED);
                assertThat(failure.message()).contains("\"public\".\"" + view + "\" can't be written down again");
            }
        }
        assertThat(CatalogSnapshot.of(database)).isEqualTo(before);
    }

    private void inEveryMode() throws Exception {
        for (RefreshMode mode :
                List.of(RefreshMode.SWAP, RefreshMode.BLUE_GREEN, RefreshMode.BLUE_GREEN, RefreshMode.SWAP)) {
            refreshing.run(RichView.NAME, mode);
        }
    }
}
