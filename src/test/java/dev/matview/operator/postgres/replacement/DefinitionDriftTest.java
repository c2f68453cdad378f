package dev.matview.operator.postgres.replacement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.IndexSpec;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.Definition;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.Failures;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Definitions are compared by what they mean, not by how they are written. */
@DatabaseTest
class DefinitionDriftTest {
    private static final ViewName VIEW = new ViewName("public", "totals");

    private final TestDatabase database;

    DefinitionDriftTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void view() throws SQLException {
        database.execute(
                "CREATE TABLE t (id int, name text)",
                "INSERT INTO t VALUES (1, 'a')",
                "CREATE MATERIALIZED VIEW totals AS SELECT id, count(*) AS many FROM t WHERE id IN (1, 2) GROUP BY id",
                "CREATE UNIQUE INDEX ON totals (id)",
                "CREATE INDEX of_somebody_else ON totals (many)");
    }

    @Test
    void anotherWayToWriteItIsNoDrift() throws Exception {
        for (String query : List.of(
                "SELECT id, count(*) AS many FROM t WHERE id IN (1, 2) GROUP BY id",
                "select T.id, count ( * ) many -- how many; \nfrom public.t where t.id = any (array[1, 2]) group by 1")) {
            assertThat(drift(Declaring.of(query, Declaring.unique("id"))).exists())
                    .as(query)
                    .isFalse();
        }
    }

    @Test
    void anotherQueryIsDriftAndItsHashFollowsTheView() throws Exception {
        Definition other = Declaring.of("SELECT id, count(*) AS many FROM t GROUP BY id");
        DefinitionDrift drift = drift(other);
        assertThat(drift.query()).contains("FROM public.t");
        assertThat(drift.text(VIEW)).isEqualTo(VIEW + " has another query than spec.view.definition");
        assertThat(drift(Declaring.of("SELECT 1 AS id")).hash())
                .isEqualTo(drift.hash())
                .matches("[0-9a-f]{16}");
        database.execute("DROP MATERIALIZED VIEW totals", "CREATE MATERIALIZED VIEW totals AS " + other.query());
        assertThat(drift(other).exists()).isFalse();
        assertThat(drift(other).hash()).isNotEqualTo(drift.hash());
    }

    @Test
    void anotherTypeOfAColumnIsDrift() throws Exception {
        database.execute("CREATE MATERIALIZED VIEW v AS SELECT name FROM t");
        assertThat(drift(new ViewName("public", "v"), Declaring.of("SELECT name::varchar AS name FROM t"))
                        .query())
                .isNotNull();
    }

    @Test
    void aDeclaredIndexThatIsMissingIsDriftAndOneOfSomebodyElseIsNot() throws Exception {
        Definition declared = Declaring.of(
                "SELECT id, count(*) AS many FROM t WHERE id IN (1, 2) GROUP BY id",
                Declaring.unique("id"),
                Declaring.unique("many"),
                new IndexSpec(List.of("many"), false),
                new IndexSpec(List.of("id", "many"), false));
        DefinitionDrift drift = drift(declared);
        assertThat(drift.query()).isNull();
        assertThat(drift.missing())
                .containsExactly(Declaring.unique("many"), new IndexSpec(List.of("id", "many"), false));
        assertThat(drift.text(VIEW))
                .isEqualTo(VIEW + " lacks the unique index on \"many\" of spec.view.indexes, and " + VIEW
                        + " lacks the index on \"id\", \"many\" of spec.view.indexes");
    }

    @Test
    void partialAndExpressionIndexesAreOthers() throws Exception {
        database.execute(
                "DROP INDEX totals_id_idx",
                "CREATE UNIQUE INDEX ON totals (id) WHERE id > 0",
                "CREATE UNIQUE INDEX ON totals ((id + 0))",
                "CREATE INDEX ON totals USING hash (id)");
        assertThat(drift(Declaring.of(
                                "SELECT id, count(*) AS many FROM t WHERE id IN (1, 2) GROUP BY id",
                                Declaring.unique("id")))
                        .missing())
                .hasSize(1);
    }

    @Test
    void behindAFacadeTheActiveSideCounts() throws Exception {
        new Refreshing(database).run(VIEW, RefreshMode.BLUE_GREEN);
        Definition declared = Declaring.of(
                "SELECT id, count(*) AS many FROM t WHERE id IN (1, 2) GROUP BY id", Declaring.unique("id"));
        assertThat(drift(declared).exists()).isFalse();
        assertThat(drift(Declaring.of("SELECT 1 AS id")).exists()).isTrue();
    }

    @Test
    void itLeavesNothingAndWaitsForNobodyForLong() throws Exception {
        String before = database.scalar("SELECT string_agg(oid::text, ' ' ORDER BY oid) FROM pg_class");
        drift(Declaring.of("SELECT 1 AS id"));
        assertThat(database.scalar("SELECT string_agg(oid::text, ' ' ORDER BY oid) FROM pg_class"))
                .isEqualTo(before);
        try (Connection holder = database.connect();
                var lock = holder.createStatement()) {
            holder.setAutoCommit(false);
            lock.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
            assertThat(Failures.of(() -> drift(Declaring.of("SELECT id FROM t"))))
                    .returns(Reason.VIEW_BUSY, Failure::reason);
            holder.rollback();
        }
    }

    @Test
    void whatCanNotBeReadIsSaid() {
        assertThat(Failures.of(() -> drift(Declaring.of("SELECT id FROM t; SELECT 1"))))
                .returns(Reason.INVALID_DEFINITION, Failure::reason)
                .returns(null, Failure::sqlState);
        assertThat(Failures.of(() -> drift(Declaring.of("SELECT nope FROM t"))))
                .returns(Reason.INVALID_DEFINITION, Failure::reason)
                .returns("42703", Failure::sqlState);
        assertThat(Failures.of(() -> drift(Declaring.of("SELECT id FROM t", Declaring.unique("nope")))))
                .returns(Reason.INVALID_DEFINITION, Failure::reason);
    }

    private DefinitionDrift drift(Definition definition) throws SQLException, FailureException {
        return drift(VIEW, definition);
    }

    private DefinitionDrift drift(ViewName view, Definition definition) throws SQLException, FailureException {
        try (Connection connection = database.connect()) {
            return DefinitionDrift.of(connection, Catalog.inspect(connection, view, "server"), definition);
        }
    }
}
