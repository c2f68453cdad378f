package dev.matview.operator.postgres.replacement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.Failures;
import dev.matview.operator.postgres.Preflight;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The two sides of a facade stay alike, and which is active stands in the catalog. */
@DatabaseTest
class SidesTest {
    private static final ViewName VIEW = new ViewName("public", "m");

    private final TestDatabase database;
    private final Refreshing refreshing;

    SidesTest(TestDatabase database) {
        this.database = database;
        this.refreshing = new Refreshing(database);
    }

    @Test
    void eachRefreshShowsTheNewContentOnTheOtherSide() throws Exception {
        adopted();
        for (int i = 4; i < 7; i++) {
            String before = active();
            database.execute("INSERT INTO t VALUES (" + i + ")");
            refreshing.run(VIEW, RefreshMode.BLUE_GREEN);
            assertThat(active()).isNotEqualTo(before);
            assertThat(database.scalar("SELECT max(id) FROM m")).isEqualTo(Integer.toString(i));
            assertThat(database.scalar("SELECT max(id) FROM " + before)).isEqualTo(Integer.toString(i - 1));
        }
    }

    @Test
    void whatOneSideHasIsCopiedToTheOtherAndReported() throws Exception {
        adopted();
        String active = active();
        database.execute(
                "CREATE INDEX added ON %s (id) WHERE id > 1".formatted(active),
                "GRANT SELECT ON %s TO PUBLIC".formatted(active),
                "COMMENT ON COLUMN %s.id IS 'the key'".formatted(active),
                "ALTER MATERIALIZED VIEW %s SET (fillfactor = 50)".formatted(active));
        RefreshResult result = refreshing.run(VIEW, RefreshMode.BLUE_GREEN);
        assertThat(result.notices())
                .singleElement()
                .asString()
                .contains("index added", "GRANT SELECT TO PUBLIC", "comment on column id", "option fillfactor");
        assertThat(refreshing.run(VIEW, RefreshMode.BLUE_GREEN).notices()).isEmpty();
        assertThat(refreshing.run(VIEW, RefreshMode.BLUE_GREEN).notices()).isEmpty();
        assertThat(CatalogSnapshot.of(database).only("public.m__blue").lines().stream()
                        .map(line -> line.replace("__blue", "").replace("added", "a"))
                        .toList())
                .hasSameSizeAs(
                        CatalogSnapshot.of(database).only("public.m__green").lines());

        database.execute("CREATE UNIQUE INDEX on_the_idle ON " + idle() + " (id DESC)");
        assertThat(refreshing.run(VIEW, RefreshMode.BLUE_GREEN).notices()).isEmpty();
        assertThat(refreshing.run(VIEW, RefreshMode.BLUE_GREEN).notices())
                .singleElement()
                .asString()
                .contains("on_the_idle");
        refreshing.run(VIEW, RefreshMode.STANDARD);
        assertThat(database.scalar(
                        "SELECT string_agg(indexname, ' ' ORDER BY indexname) FROM pg_indexes WHERE tablename = 'm'"))
                .isEqualTo("added m_id_idx on_the_idle");
    }

    @Test
    void aSideThatIsMissingIsMadeAnew() throws Exception {
        adopted();
        database.execute("DROP MATERIALIZED VIEW " + idle());
        assertThat(refreshing.run(VIEW, RefreshMode.BLUE_GREEN).notices())
                .singleElement()
                .asString()
                .contains("made anew");
        assertThat(refreshing.run(VIEW, RefreshMode.BLUE_GREEN).notices()).isEmpty();
        assertThat(database.scalar("SELECT count(*) FROM pg_indexes WHERE tablename LIKE 'm\\_\\_%'"))
                .isEqualTo("2");
    }

    @Test
    void sidesOfDifferentQueriesAreRefused() throws Exception {
        adopted();
        String idle = idle();
        database.execute(
                "DROP MATERIALIZED VIEW " + idle,
                "CREATE MATERIALIZED VIEW " + idle + " AS SELECT id FROM t WHERE id > 1");
        var failure = Failures.of(() -> refreshing.run(VIEW, RefreshMode.BLUE_GREEN));
        assertThat(failure.reason()).isEqualTo(Reason.REPLACEMENT_REFUSED);
        assertThat(failure.message()).contains("DROP MATERIALIZED VIEW \"public\".\"" + idle + "\"");
    }

    @Test
    void theFacadeKeepsItsOptionsAndWhatElseItHas() throws Exception {
        adopted();
        database.execute("ALTER VIEW m SET (security_barrier = true)", "COMMENT ON VIEW m IS 'hello'");
        String oid = database.scalar("SELECT 'm'::regclass::oid");
        refreshing.run(VIEW, RefreshMode.BLUE_GREEN);
        refreshing.run(VIEW, RefreshMode.BLUE_GREEN);
        assertThat(
                        database.scalar(
                                "SELECT oid || array_to_string(reloptions, ' ') || obj_description(oid) FROM pg_class WHERE relname = 'm'"))
                .isEqualTo(oid + "security_barrier=truehello");
        assertThat(Failures.of(() -> refreshing.run(VIEW, RefreshMode.STANDARD)).message())
                .contains("has options");
    }

    @Test
    void anyNameWorksAndAVeryLongOneIsRefused() throws Exception {
        database.execute("CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)");
        try (var connection = database.connect()) {
            for (String name : List.of("quo\"te", "%s ? $1 :x {d '2000-01-01'}", "back\\slash", "ü".repeat(28))) {
                var view = new ViewName("public", name);
                database.execute(
                        "CREATE MATERIALIZED VIEW " + view.quoted() + " AS SELECT count(*) AS n FROM t",
                        "CREATE UNIQUE INDEX ON " + view.quoted() + " (n)");
                CatalogSnapshot before = CatalogSnapshot.of(database);
                for (RefreshMode mode : List.of(
                        RefreshMode.BLUE_GREEN, RefreshMode.BLUE_GREEN, RefreshMode.CONCURRENT, RefreshMode.SWAP)) {
                    database.execute("INSERT INTO t VALUES (1)");
                    Refreshing.run(connection, view, mode, Refreshing.BOUNDS);
                    assertThat(database.scalar("SELECT n = (SELECT count(*) FROM t) FROM " + view.quoted()))
                            .isEqualTo("t");
                }
                assertThat(CatalogSnapshot.of(database)).isEqualTo(before);
            }
            var longest = new ViewName("public", "n".repeat(63));
            database.execute("CREATE MATERIALIZED VIEW " + longest.quoted() + " AS SELECT id FROM t");
            assertThat(Preflight.check(
                            Catalog.inspect(connection, longest, "server"), RefreshMode.BLUE_GREEN, true, "app"))
                    .isNotNull()
                    .satisfies(failure -> assertThat(failure.message()).contains("63 bytes"));
            CatalogSnapshot before = CatalogSnapshot.of(database);
            Refreshing.run(connection, longest, RefreshMode.SWAP, Refreshing.BOUNDS);
            assertThat(CatalogSnapshot.of(database)).isEqualTo(before);
        }
    }

    private void adopted() throws Exception {
        database.execute(
                "CREATE TABLE t (id int)",
                "INSERT INTO t VALUES (1), (2), (3)",
                "CREATE MATERIALIZED VIEW m AS SELECT id FROM t",
                "CREATE UNIQUE INDEX m_id_idx ON m (id)");
        refreshing.run(VIEW, RefreshMode.BLUE_GREEN);
    }

    private String active() throws Exception {
        return database.scalar("SELECT substring(pg_get_viewdef('m') FROM 'FROM (\\w+)')") + "";
    }

    private String idle() throws Exception {
        return active().equals("m__blue") ? "m__green" : "m__blue";
    }
}
