package dev.matview.operator.postgres;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.ViewFacts.UniqueIndex;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which unique index a concurrent refresh can use, and what is wrong with the others. */
@DatabaseTest
class UniqueIndexTest {
    private final TestDatabase database;

    UniqueIndexTest(TestDatabase database) {
        this.database = database;
    }

    @Test
    void aConcurrentRefreshNeedsAUniqueIndexOnPlainColumns() throws SQLException, FailureException {
        database.execute("CREATE TABLE t (id int)", "CREATE MATERIALIZED VIEW v AS SELECT id FROM t");
        assertUnusable("needs a unique index", List.of());
        database.execute("CREATE INDEX ordinary ON v (id)");
        assertUnusable("needs a unique index", List.of());

        database.execute("CREATE UNIQUE INDEX subset ON v (id) WHERE id > 0");
        assertUnusable("\"subset\" is partial", List.of("subset"));
        database.execute("CREATE UNIQUE INDEX computed ON v ((id + 1))");
        assertUnusable("\"computed\" is on an expression", List.of("computed", "subset"));
        database.execute("CREATE UNIQUE INDEX mixed ON v (id, (id + 1))", "CREATE UNIQUE INDEX late ON v (id)");
        database.executeAsSuperuser("UPDATE pg_index SET indimmediate = false WHERE indexrelid = 'late'::regclass");
        assertUnusable("\"late\" is deferred", List.of("computed", "late", "mixed", "subset"));

        database.execute("CREATE UNIQUE INDEX wide ON v (id) INCLUDE (id)");
        assertThat(inspect().usableUniqueIndex()).isEqualTo("wide");
    }

    @Test
    void anIndexWhoseCreationFailedIsInvalid() throws SQLException, FailureException {
        database.execute("CREATE MATERIALIZED VIEW v AS SELECT 1 AS id FROM generate_series(1, 2)");
        Throwable thrown = catchThrowable(() -> database.execute("CREATE UNIQUE INDEX CONCURRENTLY broken ON v (id)"));
        assertThat(thrown).hasMessageContaining("broken");
        assertUnusable("\"broken\" is invalid: drop it", List.of("broken"));
    }

    @Test
    void preflightSaysUnusableExactlyWhenTheServerDoes() throws SQLException, FailureException {
        database.execute("CREATE TABLE t (id int, x int)", "CREATE MATERIALIZED VIEW v AS SELECT id, x FROM t");
        for (String index : List.of(
                "(id)",
                "(id) INCLUDE (x)",
                "(id, x)",
                "(id DESC NULLS LAST)",
                "(id) WHERE id IS NOT NULL",
                "((id + x))",
                "(id, (x + 1))")) {
            database.execute("CREATE UNIQUE INDEX i ON v " + index);
            boolean usable = inspect().usableUniqueIndex() != null;
            Throwable thrown = catchThrowable(() -> database.execute("REFRESH MATERIALIZED VIEW CONCURRENTLY v"));
            assertThat(thrown == null).as(index).isEqualTo(usable);
            database.execute("DROP INDEX i");
        }
    }

    private void assertUnusable(String why, List<String> indexes) throws SQLException, FailureException {
        ViewFacts facts = inspect();
        assertThat(facts.usableUniqueIndex()).isNull();
        assertThat(facts.uniqueIndexes()).extracting(UniqueIndex::name).containsExactlyInAnyOrderElementsOf(indexes);
        Failure failure = requireNonNull(Preflight.check(facts, RefreshMode.CONCURRENT, false, database.user()));
        assertThat(failure.reason()).isEqualTo(Reason.NO_UNIQUE_INDEX);
        assertThat(failure.message()).contains(why);
        assertThat(Preflight.check(facts, RefreshMode.STANDARD, false, database.user()))
                .isNull();
    }

    private ViewFacts inspect() throws SQLException, FailureException {
        try (Connection connection = database.connect()) {
            return Catalog.inspect(connection, new ViewName("public", "v"), "127.0.0.1:1");
        }
    }
}
