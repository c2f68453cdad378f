package dev.matview.operator.postgres.replacement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.IndexSpec;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Definition;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.Failures;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is not one SELECT, or does not fit the database, is told where it stands, and leaves nothing. */
@DatabaseTest
class InvalidDefinitionTest {
    private static final String SEMICOLON = "must be exactly one SELECT, and has a semicolon: remove it";
    private static final String UNREADABLE = "must be exactly one SELECT, without INTO, and PostgreSQL can't read it";
    private static final String ABSENT = "names what is not there at ";

    private final TestDatabase database;
    private final Declaring declaring;

    InvalidDefinitionTest(TestDatabase database) {
        this.database = database;
        this.declaring = new Declaring(database, new ViewName("public", "made"), RefreshMode.STANDARD);
    }

    @BeforeEach
    void table() throws SQLException {
        database.execute("CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)");
        database.executeAsSuperuser("CREATE SCHEMA elsewhere", "CREATE TABLE elsewhere.u (id int)");
    }

    @Test
    void aSemicolonIsOneTooMany() throws Exception {
        for (String query : List.of(
                "SELECT id FROM t; DROP TABLE t",
                "SELECT id FROM t;",
                "SELECT id FROM t;\n-- the end",
                "SELECT id FROM t /* ; */ ; DROP TABLE t",
                "SELECT id FROM t -- ;\n; DROP TABLE t",
                "SELECT '\\'; DROP TABLE t; --' AS x")) {
            assertInvalid(query, SEMICOLON);
        }
    }

    @Test
    void whatIsNotOneSelectIsToldWhereItStarts() throws Exception {
        assertInvalid("DELETE FROM t RETURNING id", UNREADABLE + " at line 1, column 1 (DELETE)");
        assertInvalid("SELECT id INTO taken FROM t", UNREADABLE + " at line 1, column 16 (taken)");
        assertInvalid("SELECT id\n  FRM t WHERE 1 = 1", UNREADABLE + " at line 2, column 7 (t)");
        assertInvalid("SELECT 'ä', 1 x y FROM t", UNREADABLE + " at line 1, column 17 (y)");
        assertInvalid("EXPLAIN SELECT 1", UNREADABLE + " at line 1, column 1 (EXPLAIN)");
        assertInvalid("SELECT id FROM t) AS x", UNREADABLE + " at line 1, column 17 ())");
        assertInvalid("SELECT id FROM t WITH DATA --", UNREADABLE);
        assertInvalid("SELECT id FROM t WITH DATA /*", UNREADABLE);
        assertInvalid("SELECT id FROM t /* ; DROP TABLE t", UNREADABLE);
        assertInvalid("SELECT E'\\'; DROP TABLE t; --' FROM FROM", UNREADABLE);
        assertInvalid(" ", UNREADABLE + " to its end");
        assertInvalid("-- nothing", UNREADABLE + " to its end");
    }

    @Test
    void whatAMaterializedViewCanNotBeIsSaid() throws Exception {
        assertInvalid(
                "WITH w AS (INSERT INTO t VALUES (2) RETURNING id) SELECT id FROM w",
                "it may have no INSERT, UPDATE or DELETE in WITH, no temporary table and no parameter");
        assertInvalid("SELECT $1::int AS id", "and no parameter");
        assertInvalid("SELECT id, id FROM t", "gives two columns the same name: name them by AS");
        assertInvalid("SELECT 'x'::int AS id", "has a value that its type does not take at line 1, column 8 ('");
    }

    @Test
    void whatIsNotThereIsNamed() throws Exception {
        assertInvalid("SELECT id FROM nothing", ABSENT + "line 1, column 16 (nothing)");
        assertInvalid("SELECT\n id,\n nope FROM t", ABSENT + "line 3, column 2 (nope)");
        assertInvalid("SELECT nofun(id) AS id FROM t", ABSENT + "line 1, column 8 (nofun)");
        assertInvalid("SELECT id::notype FROM t", ABSENT + "line 1, column 12 (notype)");
        assertInvalid("SELECT id FROM \"No Schema\".t", ABSENT + "line 1, column 16 (\"No Schema\")");
        assertInvalid("SELECT id FROM u", "names without one are looked for in pg_catalog and in schema \"public\"");
    }

    @Test
    void whatTheUserMayNotUseIsNamed() throws Exception {
        database.executeAsSuperuser("CREATE SCHEMA closed", "CREATE TABLE closed.t (id int)");
        assertInvalid("SELECT id FROM closed.t", "names what the user may not use at line 1, column 16 (closed.t)");
    }

    @Test
    void anIndexOnWhatIsNotThereOrCanNotBeComparedIsNamed() throws Exception {
        assertInvalid(
                Declaring.of("SELECT id, 1 AS \"One\" FROM t", Declaring.unique("id"), Declaring.unique("id", "one")),
                "spec.view.indexes[1] names column \"one\", and the definition gives \"id\", \"One\"");
        assertInvalid(
                Declaring.of("SELECT '{}'::json AS j FROM t", new IndexSpec(List.of("j"), false)),
                "spec.view.indexes[0] has a column whose type can't be compared");
    }

    private void assertInvalid(String query, String message) throws Exception {
        assertInvalid(Declaring.of(query), message);
    }

    private void assertInvalid(Definition definition, String message) throws Exception {
        Failure failure = Failures.of(() -> declaring.create(definition));
        assertThat(failure.reason()).as(definition.query()).isEqualTo(Reason.INVALID_DEFINITION);
        assertThat(failure.message()).startsWith("spec.view.").contains(message);
        assertThat(declaring.objection(definition)).isEqualTo(failure);
        assertThat(database.scalar("SELECT count(*) FROM t")).isEqualTo("1");
        assertThat(database.scalar("SELECT count(*) FROM pg_matviews")).isEqualTo("0");
    }
}
