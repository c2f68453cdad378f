package dev.matview.operator.postgres.replacement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.Failures;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.StatementFailures;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Others change the view while its replacement is built; that takes until a gate is open. */
@DatabaseTest
class SwapRacesTest {
    private static final ViewName VIEW = new ViewName("public", "v");

    private final TestDatabase database;
    private final Refreshing refreshing;
    private final Background background;

    SwapRacesTest(TestDatabase database) {
        this.database = database;
        this.refreshing = new Refreshing(database);
        this.background = new Background(database);
    }

    @BeforeEach
    void create() throws SQLException {
        database.execute(
                "CREATE TABLE gates (open int)",
                "INSERT INTO gates VALUES (1000)",
                "CREATE SEQUENCE builds START 0 MINVALUE 0",
                "CREATE TABLE t (id int)",
                "INSERT INTO t VALUES (1)",
                """
                CREATE FUNCTION gate() RETURNS text LANGUAGE plpgsql AS '
                DECLARE n bigint := nextval(''public.builds'');
                BEGIN
                    WHILE (SELECT open FROM public.gates) < n LOOP PERFORM pg_sleep(0.02); END LOOP;
                    RETURN ''open'';
                END'
                """,
                "CREATE MATERIALIZED VIEW v AS SELECT id, gate() AS gate FROM t",
                "CREATE VIEW d AS SELECT id FROM v",
                "GRANT SELECT ON v TO PUBLIC",
                "UPDATE gates SET open = 0");
    }

    @AfterEach
    void endThreads() {
        background.close();
    }

    @Test
    void grantsCommentsAndViewsOfOthersDuringTheBuildAreTakenOver() throws Exception {
        var swap = swap();
        background.awaitBuild();
        database.execute(
                "REVOKE SELECT ON v FROM PUBLIC",
                "GRANT SELECT (id) ON v TO PUBLIC",
                "COMMENT ON MATERIALIZED VIEW v IS 'new'",
                "CREATE VIEW late AS SELECT gate FROM v",
                "CREATE OR REPLACE VIEW d AS SELECT id, gate FROM v",
                "COMMENT ON VIEW d IS 'new'");
        CatalogSnapshot changed = CatalogSnapshot.of(database);
        String oid = database.scalar("SELECT 'v'::regclass::oid");
        open(1);
        assertThat(swap.get(60, TimeUnit.SECONDS).attempts()).isEqualTo(1);
        assertThat(CatalogSnapshot.of(database).lines()).isEqualTo(changed.lines());
        assertThat(database.scalar("SELECT 'v'::regclass::oid")).isNotEqualTo(oid);
    }

    @Test
    void otherChangesDuringTheBuildMakeItBeginAgain() throws Exception {
        database.execute("COMMENT ON COLUMN v.id IS 'goes'");
        var swap = swap();
        int builds = 0;
        for (String change : new String[] {
            "CREATE INDEX added ON v (gate)",
            "ALTER MATERIALIZED VIEW v SET (fillfactor = 50)",
            "CREATE STATISTICS st ON id, gate FROM v",
            "COMMENT ON COLUMN v.id IS NULL",
            "ALTER INDEX added RENAME TO renamed"
        }) {
            builds++;
            background.awaitTrue("SELECT last_value = %d AND is_called FROM builds".formatted(builds));
            database.execute(change);
            open(builds);
        }
        CatalogSnapshot changed = CatalogSnapshot.of(database);
        open(100);
        assertThat(swap.get(60, TimeUnit.SECONDS).attempts()).isEqualTo(builds + 1);
        assertThat(CatalogSnapshot.of(database).lines()).isEqualTo(changed.lines());
    }

    @Test
    void newerDataOfARefreshByHandIsNotReplacedByOlder() throws Exception {
        var swap = swap();
        background.awaitBuild();
        try (Connection person = database.connect();
                Statement statement = person.createStatement()) {
            person.setAutoCommit(false);
            statement.execute("UPDATE gates SET open = 100");
            statement.execute("UPDATE t SET id = 5");
            statement.execute("REFRESH MATERIALIZED VIEW v");
            person.commit();
        }
        assertThat(swap.get(60, TimeUnit.SECONDS).attempts()).isEqualTo(2);
        assertThat(database.scalar("SELECT id FROM d")).isEqualTo("5");
    }

    @Test
    void twoOperatorsAndAPersonAtOnceAllEndWithTheNewestContent() throws Exception {
        CatalogSnapshot before = CatalogSnapshot.of(database);
        var first = swap();
        var second = swap();
        background.awaitBuild();
        database.execute("UPDATE gates SET open = 100", "UPDATE t SET id = 5", "REFRESH MATERIALIZED VIEW v");
        first.get(60, TimeUnit.SECONDS);
        second.get(60, TimeUnit.SECONDS);
        assertThat(database.scalar("SELECT id FROM d")).isEqualTo("5");
        assertThat(CatalogSnapshot.of(database).lines()).isEqualTo(before.lines());
    }

    @Test
    void whatWasReplacedSinceItWasLookedUpIsTriedAgain() throws Exception {
        long oid = Long.parseLong(database.scalar("SELECT 'v'::regclass::oid"));
        open(100);
        swap().get(60, TimeUnit.SECONDS);
        try (Connection connection = database.connect()) {
            assertThatThrownBy(() -> SwapPlan.of(connection, oid, new ViewName("public", "new")))
                    .isInstanceOfSatisfying(SQLException.class, e -> assertThat(
                                    StatementFailures.of(e, VIEW).reason())
                            .isEqualTo(Reason.VIEW_BUSY));
        }
    }

    @Test
    void aViewOnItThatIsNotCommittedYetIsWaitedForAndBound() throws Exception {
        open(100);
        try (Connection other = background.inTransaction("CREATE VIEW late AS SELECT gate FROM v")) {
            var swap = swap();
            background.awaitTrue("SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'v'::regclass"
                    + " AND mode = 'ShareUpdateExclusiveLock')");
            other.commit();
            assertThat(swap.get(60, TimeUnit.SECONDS).attempts()).isEqualTo(1);
        }
        database.execute("UPDATE t SET id = 7");
        assertThat(database.scalar("SELECT pg_get_viewdef('late') LIKE '% FROM v;' AND gate = 'open' FROM late"))
                .isEqualTo("t");
        assertThat(database.scalar("SELECT count(*) FROM pg_class WHERE relname LIKE 'matview%'"))
                .isEqualTo("0");
    }

    @Test
    void aFunctionOnItThatIsMadeDuringTheBuildIsNamedAndNothingIsLost() throws Exception {
        var swap = swap();
        background.awaitBuild();
        database.execute("CREATE FUNCTION late(v) RETURNS int LANGUAGE sql AS 'SELECT 1'");
        CatalogSnapshot changed = CatalogSnapshot.of(database);
        open(100);
        assertThat(swap)
                .failsWithin(Duration.ofSeconds(60))
                .withThrowableThat()
                .havingRootCause()
                .withMessageContaining("ReplacementRefused")
                .withMessageContaining("function public.late(public.v)");
        assertThat(CatalogSnapshot.of(database).lines()).isEqualTo(changed.lines());
    }

    @ParameterizedTest
    @ValueSource(strings = {"DROP MATERIALIZED VIEW v CASCADE", "ALTER MATERIALIZED VIEW v RENAME TO w"})
    void aViewThatGoesDuringTheBuildIsNotMadeAgain(String change) throws Exception {
        var swap = swap();
        background.awaitBuild();
        database.execute(change);
        open(100);
        assertThat(swap)
                .failsWithin(Duration.ofSeconds(60))
                .withThrowableThat()
                .havingRootCause()
                .withMessageContaining("ViewMissing");
        assertThat(database.scalar("SELECT count(*) FROM pg_class WHERE relname LIKE 'matview%' OR relname = 'v'"))
                .isEqualTo("0");
    }

    @Test
    void aSessionThatIsEndedLeavesNothingHalfDone() throws Exception {
        CatalogSnapshot before = CatalogSnapshot.of(database);
        var building = swap();
        background.awaitBuild();
        background.endRefreshes();
        assertThat(building).failsWithin(Duration.ofSeconds(60));
        open(100);
        try (Connection holder = background.inTransaction("SELECT count(*) FROM d")) {
            var swapping = swap();
            background.awaitTrue("SELECT EXISTS (SELECT FROM pg_locks WHERE mode = 'ShareUpdateExclusiveLock'"
                    + " AND relation = 'v'::regclass AND granted)");
            background.endRefreshes();
            assertThat(swapping).failsWithin(Duration.ofSeconds(60));
            holder.rollback();
        }
        assertThat(CatalogSnapshot.of(database).lines()).isEqualTo(before.lines());
        refreshing.run(VIEW, RefreshMode.SWAP);
        assertThat(CatalogSnapshot.of(database).lines()).isEqualTo(before.lines());
    }

    @Test
    void aTimeoutDuringTheBuildLeavesTheOldContent() {
        Failure failure = Failures.of(() -> refreshing.run(
                VIEW, RefreshMode.SWAP, new RefreshBounds(Duration.ofMillis(100), Duration.ofSeconds(2))));
        assertThat(failure.reason()).isEqualTo(Reason.REFRESH_TIMEOUT);
    }

    private CompletableFuture<RefreshResult> swap() {
        return background.refresh(VIEW, RefreshMode.SWAP);
    }

    /** Lets as many builds pass; the one that made the view was the first, of number 0. */
    private void open(int builds) throws SQLException {
        database.execute("UPDATE gates SET open = " + builds);
    }
}
