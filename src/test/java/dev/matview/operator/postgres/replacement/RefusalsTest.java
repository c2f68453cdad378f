package dev.matview.operator.postgres.replacement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.Failures;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What depends on a view and would not survive is named, and nothing is done. */
@DatabaseTest
class RefusalsTest {
    private static final ViewName VIEW = new ViewName("public", "m");

    /** What somebody may have made of the view, and how the server calls it. */
    private static final Map<String, String> DEPENDENTS = Map.ofEntries(
            Map.entry("CREATE TABLE x (c m)", "column c of table public.x"),
            Map.entry("CREATE TABLE x (c m[])", "column c of table public.x"),
            Map.entry("CREATE DOMAIN x AS m", "type public.x"),
            Map.entry("CREATE TYPE x AS (c m)", "column c of composite type public.x"),
            Map.entry("CREATE FUNCTION x(m) RETURNS int LANGUAGE sql AS 'SELECT 1'", "function public.x(public.m)"),
            Map.entry("CREATE FUNCTION x() RETURNS SETOF m LANGUAGE sql AS 'SELECT * FROM m'", "function public.x()"),
            Map.entry(
                    "CREATE FUNCTION x() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM m; END",
                    "function public.x()"),
            Map.entry("CREATE MATERIALIZED VIEW x AS SELECT id FROM m", "materialized view public.x"),
            Map.entry("CREATE VIEW x AS SELECT m FROM m", "column m of view public.x"),
            Map.entry("CREATE VIEW x AS SELECT ROW(1, 'a')::m IS NULL AS c", "view public.x"),
            Map.entry(
                    "CREATE TABLE x (id int); CREATE RULE r AS ON INSERT TO x DO ALSO SELECT count(*) FROM m",
                    "rule r on table public.x"),
            Map.entry(
                    "CREATE TABLE x (id int); ALTER TABLE x ENABLE ROW LEVEL SECURITY;"
                            + " CREATE POLICY p ON x USING (id IN (SELECT id FROM m))",
                    "policy p on table public.x"),
            Map.entry(
                    "CREATE TABLE x (c text DEFAULT (ROW(1, 'a')::m)::text)",
                    "default value for column c of table public.x"),
            Map.entry(
                    "CREATE TABLE x (c text CHECK (c <> (ROW(1, 'a')::m)::text))",
                    "constraint x_c_check on table public.x"),
            Map.entry("CREATE CAST (m AS int) WITH INOUT", "cast from public.m to integer"),
            Map.entry(
                    "CREATE TABLE x (id int, c text GENERATED ALWAYS AS ((ROW(id, 'a')::m).name) STORED)",
                    "column c of table public.x"),
            Map.entry(
                    "CREATE TABLE x (id int); CREATE INDEX i ON x (id) WHERE (ROW(id, 'a')::m).name = 'a'",
                    "index public.i"),
            Map.entry(
                    "CREATE TABLE x (id int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
                            + " CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW WHEN ((ROW(NEW.id, 'a')::m).name = 'a')"
                            + " EXECUTE FUNCTION f()",
                    "trigger t on table public.x"),
            Map.entry("CREATE PROCEDURE x(c m[]) LANGUAGE sql AS 'SELECT 1'", "function public.x(public.m[])"));

    private final TestDatabase database;
    private final Refreshing refreshing;

    RefusalsTest(TestDatabase database) {
        this.database = database;
        this.refreshing = new Refreshing(database);
    }

    @Test
    void everyDependentThatWouldNotSurviveIsNamedAndTheViewIsLeftAlone() throws Exception {
        int number = 0;
        var schemas = new TreeMap<String, String>();
        for (var dependent : DEPENDENTS.entrySet()) {
            String schema = "s" + number++;
            database.executeAsSuperuser("CREATE SCHEMA " + schema + " AUTHORIZATION " + database.user());
            database.execute(
                    "SET search_path = " + schema,
                    "CREATE MATERIALIZED VIEW m AS SELECT 1 AS id, 'a'::text AS name",
                    dependent.getKey());
            schemas.put(schema, dependent.getValue().replace("public.", schema + "."));
        }
        CatalogSnapshot before = CatalogSnapshot.of(database);
        try (var connection = database.connect()) {
            for (var schema : schemas.entrySet()) {
                for (RefreshMode mode : List.of(RefreshMode.BLUE_GREEN, RefreshMode.SWAP)) {
                    Failure failure = Failures.of(() ->
                            Refreshing.run(connection, new ViewName(schema.getKey(), "m"), mode, Refreshing.BOUNDS));
                    assertThat(failure.reason()).as(schema.getValue()).isEqualTo(Reason.REPLACEMENT_REFUSED);
                    assertThat(failure.message()).contains(schema.getValue() + ";", "drop it");
                }
            }
        }
        assertThat(CatalogSnapshot.of(database)).isEqualTo(before);
    }

    @Test
    void aMemberOfAnExtensionIsRefusedAndATemporaryViewOfASessionIsWaitedFor() throws Exception {
        database.execute("CREATE MATERIALIZED VIEW m AS SELECT 1 AS id");
        try (var session = database.connect()) {
            Refreshing.scalar(session, "SELECT set_config('search_path', 'pg_temp, public', false)");
            session.createStatement().execute("CREATE TEMP VIEW theirs AS SELECT id FROM m");
            for (RefreshMode mode : List.of(RefreshMode.BLUE_GREEN, RefreshMode.SWAP)) {
                Failure failure = Failures.of(() ->
                        refreshing.run(VIEW, mode, new RefreshBounds(Duration.ofMillis(100), Duration.ofMillis(1500))));
                assertThat(failure.reason()).isEqualTo(Reason.VIEW_BUSY);
                assertThat(failure.message()).contains("temporary view \"theirs\"");
            }
        }
        database.executeAsSuperuser("ALTER EXTENSION plpgsql ADD MATERIALIZED VIEW m");
        for (RefreshMode mode : List.of(RefreshMode.BLUE_GREEN, RefreshMode.SWAP)) {
            Failure failure = Failures.of(() -> refreshing.run(VIEW, mode));
            assertThat(failure.reason()).isEqualTo(Reason.REPLACEMENT_REFUSED);
            assertThat(failure.message()).contains("extension \"plpgsql\"");
        }
    }

    @Test
    void aNameThatASideNeedsMustBeFree() throws Exception {
        database.execute("CREATE MATERIALIZED VIEW m AS SELECT 1 AS id", "CREATE TABLE m__green (id int)");
        Failure failure = Failures.of(() -> refreshing.run(VIEW, RefreshMode.BLUE_GREEN));
        assertThat(failure.reason()).isEqualTo(Reason.REPLACEMENT_REFUSED);
        assertThat(failure.message()).contains("\"m__green\"", "rename it");
        database.execute("DROP TABLE m__green", "CREATE TYPE m__blue AS ENUM ()");
        assertThat(Failures.of(() -> refreshing.run(VIEW, RefreshMode.BLUE_GREEN))
                        .message())
                .contains("\"m__blue\"");
    }

    @Test
    void aPlainViewThatShowsMoreOrLessThanASideIsNoFacade() throws Exception {
        database.execute("CREATE MATERIALIZED VIEW m__blue AS SELECT 1 AS id, true AS b, 2 AS c");
        for (String query : new String[] {
            "SELECT id, b FROM m__blue",
            "SELECT id, b, c FROM m__blue WHERE b",
            "SELECT id, b, c FROM m__blue LIMIT 5",
            "SELECT DISTINCT id, b, c FROM m__blue",
            "SELECT id, b, c FROM m__blue ORDER BY id",
            "SELECT c AS id, b, id AS c FROM m__blue",
            "SELECT id + 1 AS id, b, c FROM m__blue",
            "SELECT id, b, c FROM m__blue UNION ALL SELECT 1, true, 2",
            "SELECT x.id, x.b, x.c FROM m__blue x, m__blue y",
            "SELECT id, b, c FROM m__blue TABLESAMPLE SYSTEM (50)",
            "SELECT id, b, c AS d FROM m__blue",
            "SELECT id, b, c FROM m__blue FOR UPDATE",
            "SELECT m__blue.id, m__blue.b, m__blue.c FROM m__blue LEFT JOIN pg_class ON true"
        }) {
            try (var connection = database.connect();
                    var statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("CREATE VIEW m AS " + query);
                Failure failure = Failures.of(() -> Catalog.inspect(connection, VIEW, "server"));
                assertThat(failure.reason()).as(query).isEqualTo(Reason.NOT_A_MATERIALIZED_VIEW);
            }
        }
        database.execute("CREATE VIEW m AS SELECT * FROM m__blue", "COMMENT ON VIEW m IS 'made by hand'");
        refreshing.run(VIEW, RefreshMode.BLUE_GREEN);
        assertThat(database.scalar("SELECT c FROM m")).isEqualTo("2");
    }
}
