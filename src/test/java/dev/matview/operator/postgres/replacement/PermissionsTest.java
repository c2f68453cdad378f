package dev.matview.operator.postgres.replacement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.Failures;
import dev.matview.operator.postgres.Preflight;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.TestRole;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A right that a replacement lacks is found before any work, and named. */
@DatabaseTest
class PermissionsTest {
    private static final ViewName VIEW = new ViewName("s", "m");

    private final TestDatabase database;
    private final String me;
    private final TestRole other;

    PermissionsTest(TestDatabase database) throws SQLException {
        this.database = database;
        this.me = database.user();
        this.other = TestRole.create(database, "other");
    }

    @BeforeEach
    void createView() throws SQLException {
        database.executeAsSuperuser(
                "CREATE SCHEMA s",
                "GRANT CREATE, USAGE ON SCHEMA s TO PUBLIC",
                "CREATE SCHEMA base",
                "GRANT ALL ON SCHEMA base TO PUBLIC",
                "CREATE TYPE base.colour AS ENUM ('red')",
                "CREATE TABLE base.t (id int, c base.colour)",
                "GRANT ALL ON base.t TO PUBLIC");
        database.execute("CREATE MATERIALIZED VIEW s.m AS SELECT id, c FROM base.t");
    }

    @AfterEach
    void dropRole() throws SQLException {
        database.executeAsSuperuser("DROP SCHEMA s CASCADE", "DROP SCHEMA base CASCADE");
        other.close();
    }

    @Test
    void aViewOnItThatBelongsToAnother() throws Exception {
        database.executeAsSuperuser("CREATE VIEW s.d AS SELECT id FROM s.m", "ALTER VIEW s.d OWNER TO " + other.name());
        assertDenied("view s.d belongs to " + other.name(), "GRANT " + other.name() + " TO " + me);
    }

    @Test
    void statisticsThatBelongToAnother() throws Exception {
        database.executeAsSuperuser(
                "CREATE STATISTICS s.st ON id, c FROM s.m", "ALTER STATISTICS s.st OWNER TO " + other.name());
        assertDenied("statistics object s.st belongs to " + other.name());
    }

    @Test
    void creatingInTheSchemaOfStatistics() throws Exception {
        database.execute("CREATE STATISTICS base.st ON id, c FROM s.m");
        database.executeAsSuperuser("REVOKE CREATE ON SCHEMA base FROM PUBLIC");
        assertDenied("statistics object base.st", "GRANT CREATE ON SCHEMA base TO " + me);
    }

    @Test
    void statisticsOfAnotherRoleThatTheUserIsInStayThatRoles() throws Exception {
        database.executeAsSuperuser("GRANT " + other.name() + " TO " + me);
        database.execute(
                "CREATE STATISTICS base.st ON id, c FROM s.m",
                "ALTER STATISTICS base.st OWNER TO " + other.name(),
                "COMMENT ON STATISTICS base.st IS 'theirs'");
        CatalogSnapshot before = CatalogSnapshot.of(database);
        for (RefreshMode mode :
                List.of(RefreshMode.SWAP, RefreshMode.BLUE_GREEN, RefreshMode.BLUE_GREEN, RefreshMode.STANDARD)) {
            new Refreshing(database).run(VIEW, mode);
        }
        assertThat(CatalogSnapshot.of(database)).isEqualTo(before);
    }

    @Test
    void creatingInTheSchema() throws Exception {
        database.executeAsSuperuser("REVOKE CREATE ON SCHEMA s FROM PUBLIC");
        assertDenied("GRANT CREATE ON SCHEMA s TO " + me);
    }

    @Test
    void creatingInTheSchemaOfAViewOnIt() throws Exception {
        database.executeAsSuperuser("CREATE SCHEMA \"o d\"", "GRANT ALL ON SCHEMA \"o d\" TO PUBLIC");
        database.execute("CREATE VIEW \"o d\".d AS SELECT id FROM s.m");
        database.executeAsSuperuser("REVOKE CREATE ON SCHEMA \"o d\" FROM PUBLIC");
        assertDenied(
                "the owner of view \"o d\".d may not create in its schema", "GRANT CREATE ON SCHEMA \"o d\" TO " + me);
    }

    @Test
    void creatingInATablespace() throws Exception {
        String space = me + "_space";
        database.executeAsSuperuser("COPY (SELECT 1) TO PROGRAM 'mkdir \"$(dirname \"$PWD\")/" + space + "\"'");
        database.executeAsSuperuser("CREATE TABLESPACE " + space + " LOCATION '"
                + Path.of(String.valueOf(database.server().scalar("SHOW data_directory")))
                        .resolveSibling(space)
                + "'");
        try {
            database.executeAsSuperuser("ALTER MATERIALIZED VIEW s.m SET TABLESPACE " + space);
            assertDenied("GRANT CREATE ON TABLESPACE " + space + " TO " + me);
            database.executeAsSuperuser("GRANT CREATE ON TABLESPACE " + space + " TO " + me);
            database.execute("CREATE INDEX i ON s.m (id) TABLESPACE " + space);
            CatalogSnapshot before = CatalogSnapshot.of(database);
            for (RefreshMode mode : List.of(RefreshMode.SWAP, RefreshMode.BLUE_GREEN, RefreshMode.SWAP)) {
                new Refreshing(database).run(VIEW, mode);
            }
            assertThat(CatalogSnapshot.of(database)).isEqualTo(before);
        } finally {
            database.executeAsSuperuser("DROP MATERIALIZED VIEW s.m CASCADE", "DROP TABLESPACE " + space);
        }
    }

    @Test
    void beingMoreThanOneWhoMaintains() throws Exception {
        assumeTrue(database.server().version() >= 17, "MAINTAIN came with PostgreSQL 17");
        database.executeAsSuperuser("GRANT MAINTAIN ON s.m TO " + other.name());
        try (Connection connection = other.connect()) {
            var facts = Catalog.inspect(connection, VIEW, "server");
            for (RefreshMode mode : List.of(RefreshMode.BLUE_GREEN, RefreshMode.SWAP)) {
                assertThat(Preflight.check(facts, mode, true, other.name()))
                        .isNotNull()
                        .returns(Reason.PERMISSION_DENIED, Failure::reason)
                        .satisfies(failure -> assertThat(failure.message()).contains("GRANT"));
            }
            assertThat(Preflight.check(facts, RefreshMode.STANDARD, true, other.name()))
                    .isNull();
        }
    }

    @Test
    void usingASchemaThatTheQueryNames() throws Exception {
        database.executeAsSuperuser("REVOKE USAGE ON SCHEMA base FROM PUBLIC");
        assertDenied("GRANT USAGE ON SCHEMA base TO " + me);
    }

    @Test
    void usingTheTypeOfAColumn() throws Exception {
        database.executeAsSuperuser("REVOKE USAGE ON TYPE base.colour FROM PUBLIC");
        assertDenied("GRANT USAGE ON TYPE base.colour TO " + me);
    }

    @Test
    void givingGrantsThatAThirdHasGiven() throws Exception {
        database.execute("GRANT SELECT ON s.m TO " + other.name() + " WITH GRANT OPTION");
        try (Connection connection = other.connect()) {
            connection.createStatement().execute("GRANT SELECT ON s.m TO PUBLIC");
        }
        assertDenied("grants on it were given by " + other.name());
    }

    @Test
    void readingTheViewByItsOwner() throws Exception {
        database.execute("REVOKE ALL ON s.m FROM " + me);
        assertDenied("GRANT SELECT ON s.m TO " + me);
    }

    @Test
    void becomingTheOwner() throws Exception {
        try (Connection connection = other.connect()) {
            database.executeAsSuperuser("GRANT " + me + " TO " + other.name());
            if (database.server().version() >= 16) {
                database.executeAsSuperuser("GRANT " + me + " TO " + other.name() + " WITH SET FALSE, INHERIT TRUE");
                Failure failure =
                        Failures.of(() -> Refreshing.run(connection, VIEW, RefreshMode.BLUE_GREEN, Refreshing.BOUNDS));
                assertThat(failure.reason()).isEqualTo(Reason.PERMISSION_DENIED);
                assertThat(failure.message()).contains("GRANT " + me + " TO " + other.name() + " WITH SET TRUE");
                database.executeAsSuperuser("GRANT " + me + " TO " + other.name() + " WITH SET TRUE");
            }
            Refreshing.run(connection, VIEW, RefreshMode.BLUE_GREEN, Refreshing.BOUNDS);
            Refreshing.run(connection, VIEW, RefreshMode.BLUE_GREEN, Refreshing.BOUNDS);
            assertThat(database.scalar("SELECT string_agg(DISTINCT relowner::regrole::text, ' ') FROM pg_class"
                            + " WHERE relnamespace = 's'::regnamespace"))
                    .isEqualTo(me);
            Refreshing.run(connection, VIEW, RefreshMode.SWAP, Refreshing.BOUNDS);
        }
    }

    private void assertDenied(String... words) throws SQLException {
        CatalogSnapshot before = CatalogSnapshot.of(database);
        for (RefreshMode mode : List.of(RefreshMode.BLUE_GREEN, RefreshMode.SWAP)) {
            Failure failure = Failures.of(() -> new Refreshing(database).run(VIEW, mode));
            assertThat(failure.reason()).isEqualTo(Reason.PERMISSION_DENIED);
            assertThat(failure.message()).contains("\"s\".\"m\"").contains(words);
        }
        assertThat(CatalogSnapshot.of(database)).isEqualTo(before);
    }
}
