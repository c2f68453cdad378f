package dev.matview.operator.postgres.replacement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.Failures;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions that have used a view, its row type or functions on it before go on doing so afterwards. */
@DatabaseTest
class OldSessionsTest {
    private static final ViewName VIEW = new ViewName("public", "Odd");

    private final TestDatabase database;
    private final Refreshing refreshing;

    OldSessionsTest(TestDatabase database) {
        this.database = database;
        this.refreshing = new Refreshing(database);
    }

    @BeforeEach
    void create() throws SQLException {
        database.execute(
                "CREATE TABLE t (id int, name text)",
                "INSERT INTO t VALUES (1, 'a'), (2, 'b')",
                "CREATE MATERIALIZED VIEW \"Odd\" AS SELECT id, name FROM t",
                "CREATE VIEW d AS SELECT * FROM \"Odd\"",
                """
                CREATE FUNCTION one_row() RETURNS text LANGUAGE plpgsql AS
                'DECLARE r "Odd"; BEGIN SELECT * INTO r FROM "Odd" ORDER BY id LIMIT 1; RETURN r.name; END'
                """,
                """
                CREATE FUNCTION typed_row() RETURNS text LANGUAGE plpgsql AS
                'DECLARE r "Odd"%ROWTYPE; BEGIN FOR r IN SELECT * FROM "Odd" ORDER BY id DESC LOOP RETURN r.name; END LOOP; END'
                """,
                """
                CREATE FUNCTION many_rows() RETURNS text LANGUAGE plpgsql AS
                'DECLARE rs "Odd"[]; BEGIN rs := ARRAY(SELECT o FROM "Odd" o ORDER BY id); RETURN rs[2].name; END'
                """,
                """
                CREATE FUNCTION as_json() RETURNS text LANGUAGE plpgsql AS
                'DECLARE r "Odd"; BEGIN SELECT o.* INTO r FROM "Odd" o WHERE id = 2; RETURN to_jsonb(r) ->> ''name''; END'
                """,
                "CREATE PROCEDURE called(INOUT n text) LANGUAGE plpgsql AS"
                        + " 'DECLARE r \"Odd\"; BEGIN SELECT * INTO r FROM \"Odd\" WHERE id = 1; n := r.name; END'");
    }

    @Test
    void functionsWithVariablesOfItsRowTypeWorkOnAndAreWhatTheyWere() throws Exception {
        CatalogSnapshot before = CatalogSnapshot.of(database);
        try (Connection session = database.connect()) {
            assertThat(calls(session)).isEqualTo("abbba");
            for (RefreshMode mode : List.of(
                    RefreshMode.SWAP,
                    RefreshMode.BLUE_GREEN,
                    RefreshMode.BLUE_GREEN,
                    RefreshMode.STANDARD,
                    RefreshMode.SWAP)) {
                refreshing.run(VIEW, mode);
                assertThat(calls(session)).as("%s", mode).isEqualTo("abbba");
            }
        }
        assertThat(CatalogSnapshot.of(database)).isEqualTo(before);
    }

    @Test
    void preparedStatementsWorkOnButForWholeRowsOfAViewThatWasReplaced() throws Exception {
        try (Connection session = database.connect()) {
            for (String prepare : List.of(
                    "PREPARE columns AS SELECT count(id) FROM \"Odd\" JOIN d USING (id)",
                    "PREPARE dependent AS SELECT d FROM d ORDER BY id LIMIT 1",
                    "PREPARE whole AS SELECT o FROM \"Odd\" o ORDER BY id LIMIT 1")) {
                try (Statement statement = session.createStatement()) {
                    statement.execute(prepare);
                }
            }
            refreshing.run(VIEW, RefreshMode.SWAP);
            assertThat(Refreshing.scalar(session, "EXECUTE columns")).isEqualTo("2");
            assertThat(Refreshing.scalar(session, "EXECUTE dependent")).isEqualTo("(1,a)");
            org.assertj.core.api.Assertions.assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> Refreshing.scalar(session, "EXECUTE whole"))
                    .returns("0A000", SQLException::getSQLState);
            refreshing.run(VIEW, RefreshMode.BLUE_GREEN);
            try (Statement statement = session.createStatement()) {
                statement.execute("DEALLOCATE whole");
                statement.execute("PREPARE whole AS SELECT o FROM \"Odd\" o ORDER BY id LIMIT 1");
            }
            refreshing.run(VIEW, RefreshMode.BLUE_GREEN);
            for (String prepared : List.of("columns", "dependent", "whole")) {
                assertThat(Refreshing.scalar(session, "EXECUTE " + prepared))
                        .isEqualTo(prepared.equals("columns") ? "2" : "(1,a)");
            }
        }
    }

    @Test
    void aFunctionOfAnotherThatNamesTheViewIsRefusedByItsName() throws Exception {
        database.executeAsSuperuser(
                "CREATE FUNCTION not_it() RETURNS int LANGUAGE plpgsql AS 'DECLARE Oddity int; BEGIN RETURN Oddity; END'");
        refreshing.run(VIEW, RefreshMode.SWAP);
        database.executeAsSuperuser(
                "CREATE FUNCTION theirs(int) RETURNS int LANGUAGE plpgsql AS 'DECLARE r public.\"Odd\"; BEGIN RETURN 1; END'");
        Failure failure = Failures.of(() -> refreshing.run(VIEW, RefreshMode.SWAP));
        assertThat(failure.reason()).isEqualTo(Reason.REPLACEMENT_REFUSED);
        assertThat(failure.message()).contains("public.theirs(integer)");
        assertThat(Failures.of(() -> refreshing.run(VIEW, RefreshMode.BLUE_GREEN))
                        .message())
                .contains("public.theirs(integer)");
    }

    private static String calls(Connection session) throws SQLException {
        var all = new StringBuilder();
        for (String call : List.of(
                "SELECT one_row()",
                "SELECT typed_row()",
                "SELECT many_rows()",
                "SELECT as_json()",
                "CALL called(NULL)")) {
            all.append(Refreshing.scalar(session, call));
        }
        return all.toString();
    }
}
