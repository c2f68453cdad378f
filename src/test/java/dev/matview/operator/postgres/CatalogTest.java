package dev.matview.operator.postgres;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.PostgresServer;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@DatabaseTest
class CatalogTest {
    private final TestDatabase database;
    private final PostgresServer server;

    CatalogTest(TestDatabase database) {
        this.database = database;
        this.server = database.server();
    }

    @Test
    void aViewIsDescribedAsTheCatalogHoldsIt() throws SQLException, FailureException {
        database.execute(
                "CREATE MATERIALIZED VIEW v AS SELECT 1 AS id",
                "CREATE UNIQUE INDEX v_id ON v (id)",
                "ALTER MATERIALIZED VIEW v SET (autovacuum_enabled = false, fillfactor = 90)",
                "ANALYZE v");
        ViewFacts facts = inspect("public", "v");
        assertThat(facts.populated()).isTrue();
        assertThat(facts.owner()).isEqualTo(database.user());
        assertThat(facts.owned()).isTrue();
        assertThat(facts.rows()).isEqualTo(1);
        assertThat(facts.oid()).hasToString(database.scalar("SELECT 'v'::regclass::oid"));
        assertThat(facts.options()).containsExactlyInAnyOrder("autovacuum_enabled", "fillfactor");
        assertThat(facts.usableUniqueIndex()).isEqualTo("v_id");
        assertThat(facts.identity().database()).isEqualTo(database.name());
        assertThat(facts.identity().system())
                .isEqualTo(server.scalar("SELECT system_identifier FROM pg_control_system()"));
        assertThat(Preflight.check(facts, RefreshMode.CONCURRENT, false, database.user()))
                .isNull();
    }

    @Test
    void anUnpopulatedViewIsFilledByAPlainRefresh() throws SQLException, FailureException {
        database.execute("CREATE MATERIALIZED VIEW v AS SELECT 1 AS id WITH NO DATA", "CREATE UNIQUE INDEX ON v (id)");
        ViewFacts facts = inspect("public", "v");
        assertThat(facts.populated()).isFalse();
        assertThat(facts.rows()).isNull();
        assertThat(Preflight.effectiveMode(facts, RefreshMode.CONCURRENT)).isEqualTo(RefreshMode.STANDARD);
    }

    @Test
    void aViewThatDoesNotExistIsMissing() {
        Failure failure = missing("public", "nothing");
        assertThat(failure.reason()).isEqualTo(Reason.VIEW_MISSING);
        assertThat(failure.message()).contains("\"public\".\"nothing\"", "\"" + database.name() + "\"", "create it");
        assertThat(missing("no schema", "nothing").reason()).isEqualTo(Reason.VIEW_MISSING);
    }

    @Test
    void whatOnlyDiffersInCaseOrSchemaIsSuggested() throws SQLException {
        mayCreateSchemas();
        database.execute(
                "CREATE SCHEMA \"My Schema\"",
                "CREATE MATERIALIZED VIEW \"My Schema\".\"Sales\" AS SELECT 1 AS id",
                "CREATE MATERIALIZED VIEW sales AS SELECT 1 AS id");
        assertThat(missing("public", "SALES").message())
                .contains("did you mean \"My Schema\".\"Sales\" or public.sales?");
    }

    @Test
    void whatIsNoMaterializedViewIsCalledByItsKind() throws SQLException {
        database.execute(
                "CREATE TABLE t (id int PRIMARY KEY)",
                "CREATE VIEW plain AS SELECT 1 AS id",
                "CREATE TABLE p (id int) PARTITION BY LIST (id)",
                "CREATE SEQUENCE s");
        assertNoView("t", "is a table");
        assertNoView("plain", "is a plain view");
        assertNoView("p", "is a partitioned table");
        assertNoView("s", "is a sequence");
        assertNoView("t_pkey", "is an index");
    }

    @Test
    void namesAreTakenToTheLetter() throws SQLException, FailureException {
        mayCreateSchemas();
        database.execute("CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)");
        for (String name : OddNames.ALL) {
            var view = new ViewName("odd \"" + name.substring(name.length() / 2), name);
            database.execute(
                    "CREATE SCHEMA IF NOT EXISTS " + quoted(view.schema()),
                    "CREATE MATERIALIZED VIEW " + view.quoted() + " AS SELECT id FROM t");
            ViewFacts facts = inspect(view.schema(), view.name());
            assertThat(facts.identity().view()).isEqualTo(view);
            assertThat(facts.populated()).isTrue();
        }
        assertThat(database.scalar("SELECT count(*) FROM t")).isEqualTo("1");
    }

    @Test
    void aNameOf64BytesIsNotThatOf63() throws SQLException {
        String name = "n".repeat(63);
        database.execute("CREATE MATERIALIZED VIEW " + name + " AS SELECT 1 AS id");
        assertThat(missing("public", name + "n").reason()).isEqualTo(Reason.VIEW_MISSING);
    }

    @Test
    void theOwnersMembersMayRefreshAndStrangersMayNot() throws SQLException, FailureException {
        database.execute("CREATE MATERIALIZED VIEW v AS SELECT 1 AS id", "CREATE UNIQUE INDEX ON v (id)");
        try (var stranger = TestRole.create(database, "stranger")) {
            ViewFacts facts = inspect(stranger, "v");
            assertThat(facts.owned()).isFalse();
            assertThat(facts.maintained()).isFalse();
            Failure failure = requireNonNull(Preflight.check(facts, RefreshMode.STANDARD, false, stranger.name()));
            assertThat(failure.reason()).isEqualTo(Reason.PERMISSION_DENIED);
            assertThat(failure.message()).contains(stranger.name(), database.user(), "\"v\"");

            database.executeAsSuperuser("GRANT " + quoted(database.user()) + " TO " + quoted(stranger.name()));
            ViewFacts asMember = inspect(stranger, "v");
            assertThat(asMember.owned()).isTrue();
            assertThat(Preflight.check(asMember, RefreshMode.STANDARD, false, stranger.name()))
                    .isNull();
        }
    }

    @Test
    void from17OnTheRightToMaintainIsEnough() throws SQLException, FailureException {
        database.execute("CREATE MATERIALIZED VIEW v AS SELECT 1 AS id");
        try (var maintainer = TestRole.create(database, "maintainer")) {
            if (server.version() >= 17) {
                database.execute("GRANT MAINTAIN ON v TO " + quoted(maintainer.name()));
            } else {
                database.execute("GRANT ALL ON v TO " + quoted(maintainer.name()));
            }
            ViewFacts facts = inspect(maintainer, "v");
            assertThat(facts.owned()).isFalse();
            assertThat(facts.maintained()).isEqualTo(server.version() >= 17);
            assertThat(Preflight.check(facts, RefreshMode.STANDARD, false, maintainer.name()) == null)
                    .isEqualTo(server.version() >= 17);
        }
    }

    @Test
    void oneViewHasOneIdentityByWhateverNameItsServerIsReached() throws SQLException, FailureException {
        database.execute("CREATE MATERIALIZED VIEW v AS SELECT 1 AS id");
        ViewIdentity identity = inspect("public", "v").identity();
        try (Connections connections = TestSettings.connections();
                Lease lease = open(connections, TestSettings.of(database, new HostPort("localhost", server.port())))) {
            assertThat(Catalog.inspect(lease.connection(), new ViewName("public", "v"), "localhost")
                            .identity())
                    .isEqualTo(identity);
        }
        try (TestDatabase other = server.createDatabase(database.name() + "_other")) {
            other.execute("CREATE MATERIALIZED VIEW v AS SELECT 1 AS id");
            try (Connection connection = other.connect()) {
                assertThat(Catalog.inspect(connection, new ViewName("public", "v"), "127.0.0.1")
                                .identity())
                        .isNotEqualTo(identity);
            }
        }
    }

    @Test
    void theAddressStandsForASystemIdentifierThatMayNotBeRead() throws SQLException, FailureException {
        database.execute("CREATE MATERIALIZED VIEW v AS SELECT 1 AS id");
        database.executeAsSuperuser("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC");
        assertThat(inspect("public", "v").identity().system()).isEqualTo("127.0.0.1:1");
    }

    @Test
    void nothingWaitsForALockOnTheView() throws SQLException, FailureException {
        database.execute("CREATE MATERIALIZED VIEW v AS SELECT 1 AS id", "CREATE UNIQUE INDEX ON v (id)");
        try (Connection holder = database.connect();
                Statement statement = holder.createStatement();
                Connection connection = database.connect()) {
            holder.setAutoCommit(false);
            statement.execute("REFRESH MATERIALIZED VIEW v");
            connection.setNetworkTimeout(
                    Runnable::run, (int) Duration.ofSeconds(10).toMillis());
            ViewFacts facts = Catalog.inspect(connection, new ViewName("public", "v"), "x");
            assertThat(facts.populated()).isTrue();
            holder.rollback();
        }
    }

    @Test
    void nothingOfTheSearchPathOrOfFunctionsOfTheSameNameIsTrusted() throws SQLException, FailureException {
        database.execute(
                "CREATE MATERIALIZED VIEW v AS SELECT 1 AS id",
                "CREATE FUNCTION lower(text) RETURNS text LANGUAGE sql AS $$ SELECT 'spoofed'::text $$",
                "CREATE FUNCTION current_database() RETURNS name LANGUAGE sql AS $$ SELECT 'spoofed'::name $$",
                "CREATE VIEW pg_class AS SELECT 1 AS oid",
                "ALTER ROLE " + quoted(database.user()) + " SET search_path = public, pg_catalog");
        assertThat(inspect("public", "v").identity().database()).isEqualTo(database.name());
    }

    private void mayCreateSchemas() throws SQLException {
        database.executeAsSuperuser("GRANT CREATE ON DATABASE %s TO %s".formatted(database.name(), database.user()));
    }

    private void assertNoView(String name, String kind) {
        Failure failure = missing("public", name);
        assertThat(failure.reason()).isEqualTo(Reason.NOT_A_MATERIALIZED_VIEW);
        assertThat(failure.message()).contains("\"" + name + "\" " + kind);
    }

    private Failure missing(String schema, String name) {
        return Failures.of(() -> inspect(schema, name));
    }

    private ViewFacts inspect(String schema, String name) throws SQLException, FailureException {
        try (Connection connection = database.connect()) {
            return Catalog.inspect(connection, new ViewName(schema, name), "127.0.0.1:1");
        }
    }

    private ViewFacts inspect(TestRole role, String name) throws SQLException, FailureException {
        try (Connection connection = role.connect()) {
            return Catalog.inspect(connection, new ViewName("public", name), "127.0.0.1:1");
        }
    }

    private static Lease open(Connections connections, ConnectionSettings settings) throws FailureException {
        try {
            return connections.open(settings);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String quoted(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }
}
