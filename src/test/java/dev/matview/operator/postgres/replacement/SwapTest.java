package dev.matview.operator.postgres.replacement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Cancellation;
import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.Failures;
import dev.matview.operator.postgres.Refresh;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.SessionSettings;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A view that takes the place of another. */
@DatabaseTest
class SwapTest {
    private final TestDatabase database;
    private final Refreshing refreshing;

    SwapTest(TestDatabase database) {
        this.database = database;
        this.refreshing = new Refreshing(database);
    }

    @Test
    void twoSwapsLeaveNothingChangedButTheContent() throws Exception {
        RichView view = RichView.create(database);
        CatalogSnapshot before = CatalogSnapshot.of(database);
        for (int round = 1; round <= 2; round++) {
            String oid = database.scalar("SELECT 'totals'::regclass::oid");
            database.execute("INSERT INTO members VALUES (3, 'new', 7, now(), '{}')");
            RefreshResult result = refreshing.run(RichView.NAME, RefreshMode.SWAP);
            assertThat(result.mode()).isEqualTo(RefreshMode.SWAP);
            assertThat(CatalogSnapshot.of(database).lines()).isEqualTo(before.lines());
            assertThat(database.scalar("SELECT 'totals'::regclass::oid")).isNotEqualTo(oid);
            String swapped = view.content();
            refreshing.run(RichView.NAME, RefreshMode.STANDARD);
            assertThat(view.content()).isEqualTo(swapped);
        }
    }

    @Test
    void anInvalidIndexIsSaidToBeGone() throws Exception {
        var view = new ViewName("public", "m");
        database.execute("CREATE MATERIALIZED VIEW m AS SELECT 1 AS id FROM generate_series(1, 2)");
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> database.execute("CREATE UNIQUE INDEX CONCURRENTLY broken ON m (id)"));
        assertThat(refreshing.run(view, RefreshMode.SWAP).notices())
                .singleElement()
                .asString()
                .contains("index broken", "invalid");
        assertThat(database.scalar("SELECT count(*) FROM pg_class WHERE relname = 'broken'"))
                .isEqualTo("0");
        assertThat(refreshing.run(view, RefreshMode.SWAP).notices()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"BLUE_GREEN", "SWAP"})
    void aFullDiskDuringTheBuildLeavesTheOldContent(RefreshMode mode) throws Exception {
        var view = new ViewName("public", "big");
        database.execute(
                "CREATE FUNCTION many() RETURNS SETOF int LANGUAGE sql AS 'SELECT 1'",
                "CREATE MATERIALIZED VIEW big AS SELECT many() AS id");
        refreshing.run(view, mode);
        CatalogSnapshot before = CatalogSnapshot.of(database);
        database.execute("CREATE OR REPLACE FUNCTION many() RETURNS SETOF int LANGUAGE sql AS"
                + " 'SELECT i FROM generate_series(1, 200000) i ORDER BY -i'");
        CatalogSnapshot changed = CatalogSnapshot.of(database);
        assertThat(changed).isNotEqualTo(before);
        database.executeAsSuperuser(
                "ALTER ROLE " + database.user() + " SET temp_file_limit = '64kB'",
                "ALTER ROLE " + database.user() + " SET work_mem = '64kB'");
        Failure failure = Failures.of(() -> refreshing.run(view, mode));
        assertThat(failure.reason()).isIn(Reason.LIMIT_EXCEEDED, Reason.DISK_FULL);
        assertThat(database.scalar("SELECT count(*) FROM big")).isEqualTo("1");
        assertThat(CatalogSnapshot.of(database)).isEqualTo(changed);
    }

    @Test
    void anotherQueryIsAnotherDefinition() throws Exception {
        RichView view = RichView.create(database);
        CatalogSnapshot before = CatalogSnapshot.of(database);
        try (var connection = database.connect()) {
            var facts = Catalog.inspect(connection, RichView.NAME, "server");
            String query = "" + database.scalar("SELECT rtrim(pg_get_viewdef('totals'), ';')");
            var swap = new Swap(
                    connection,
                    facts,
                    SessionSettings.NONE,
                    new Cancellation(),
                    new Redefinition(
                            Declaring.of(query.replace("members", "public.members")
                                    .replace("name <>", "grp > 5 AND name <>")),
                            false));
            new Refresh(connection, facts.identity(), swap, Refreshing.BOUNDS).run();
        }
        assertThat(database.scalar("SELECT min(grp) FROM totals")).isEqualTo("6");
        assertThat(database.scalar("SELECT min(grp) FROM direct")).isEqualTo("6");
        assertThat(CatalogSnapshot.of(database).lines().stream()
                        .filter(line -> !line.startsWith("public.totals m"))
                        .toList())
                .isEqualTo(before.lines().stream()
                        .filter(line -> !line.startsWith("public.totals m"))
                        .toList());
        assertThat(view.content()).isNotEmpty();
    }

    @Test
    void aModeOfFacadesAndSwapsFollowEachOther() throws Exception {
        RichView view = RichView.create(database);
        CatalogSnapshot before = CatalogSnapshot.of(database);
        String content = view.content();
        refreshing.run(RichView.NAME, RefreshMode.SWAP);
        refreshing.run(RichView.NAME, RefreshMode.BLUE_GREEN);
        refreshing.run(RichView.NAME, RefreshMode.SWAP);
        assertThat(CatalogSnapshot.of(database).lines()).isEqualTo(before.lines());
        assertThat(view.content()).isEqualTo(content);
    }
}
