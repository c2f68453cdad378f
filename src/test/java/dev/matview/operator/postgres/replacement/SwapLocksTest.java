package dev.matview.operator.postgres.replacement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.Failures;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Others hold what a swap needs, or need what it holds. */
@DatabaseTest
class SwapLocksTest {
    private static final ViewName VIEW = new ViewName("public", "v");

    private final TestDatabase database;
    private final Refreshing refreshing;
    private final Background background;

    SwapLocksTest(TestDatabase database) {
        this.database = database;
        this.refreshing = new Refreshing(database);
        this.background = new Background(database);
    }

    @BeforeEach
    void create() throws SQLException {
        Refreshing.createSlowView(database);
        database.execute("CREATE VIEW d AS SELECT id FROM v", "CREATE VIEW e AS SELECT d.id FROM d, v");
    }

    @AfterEach
    void endThreads() {
        background.close();
    }

    @Test
    void aReaderThatStaysInItsTransactionBlocksNobodyAndIsWaitedFor() throws Exception {
        String oid = database.scalar("SELECT 'v'::regclass::oid");
        try (Connection holder = background.inTransaction("SELECT count(*) FROM e")) {
            var swap = background.refresh(VIEW, RefreshMode.SWAP);
            background.awaitTrue("SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'v'::regclass"
                    + " AND mode = 'ShareUpdateExclusiveLock')");
            assertThat(Latency.of(database, "SELECT count(*) FROM v, d, e", Duration.ofSeconds(2)))
                    .isLessThan(Duration.ofSeconds(1));
            assertThat(swap).isNotDone();
            holder.rollback();
            swap.get(60, TimeUnit.SECONDS);
        }
        assertThat(database.scalar("SELECT 'v'::regclass::oid")).isNotEqualTo(oid);
    }

    @Test
    void whoStaysForTheWholeRunIsNamedWithTheViewThatItReads() throws Exception {
        CatalogSnapshot before = CatalogSnapshot.of(database);
        try (Connection holder = background.inTransaction("SELECT count(*) FROM d")) {
            Failure failure = Failures.of(() -> refreshing.run(
                    VIEW, RefreshMode.SWAP, new RefreshBounds(Duration.ofMillis(100), Duration.ofSeconds(4))));
            assertThat(failure.reason()).isEqualTo(Reason.VIEW_BUSY);
            assertThat(failure.message())
                    .contains(
                            "\"public\".\"d\"",
                            "server process " + Refreshing.scalar(holder, "SELECT pg_backend_pid()"))
                    .doesNotContain("\"public\".\"e\"");
            holder.rollback();
        }
        assertThat(CatalogSnapshot.of(database).lines()).isEqualTo(before.lines());
    }

    @Test
    void twoSwapsThatShareADependentTakeTurns() throws Exception {
        database.execute(
                "CREATE MATERIALIZED VIEW w AS SELECT id, pg_sleep(seconds)::text AS slept FROM pace",
                "CREATE VIEW both_of_them AS SELECT v.id, w.slept FROM v, w",
                "UPDATE pace SET seconds = 1");
        CatalogSnapshot before = CatalogSnapshot.of(database);
        var first = background.refresh(VIEW, RefreshMode.SWAP);
        var second = background.refresh(new ViewName("public", "w"), RefreshMode.SWAP);
        assertThat(first.get(60, TimeUnit.SECONDS).attempts()).isEqualTo(1);
        assertThat(second.get(60, TimeUnit.SECONDS).attempts()).isEqualTo(1);
        assertThat(CatalogSnapshot.of(database).lines()).isEqualTo(before.lines());
    }

    @Test
    void aDumpThatIsUnderWayIsWaitedFor() throws Exception {
        try (Connection dump = database.connect()) {
            Refreshing.scalar(dump, "SELECT set_config('application_name', 'pg_dump', false)");
            Failure failure = Failures.of(() -> refreshing.run(
                    VIEW, RefreshMode.SWAP, new RefreshBounds(Duration.ofMillis(100), Duration.ofSeconds(2))));
            assertThat(failure.reason()).isEqualTo(Reason.VIEW_BUSY);
            assertThat(failure.message()).contains("pg_dump");
        }
        assertThat(refreshing.run(VIEW, RefreshMode.SWAP).attempts()).isEqualTo(1);
    }

    @Test
    void noBaseTableIsLockedAgainstReaders() throws Exception {
        database.execute("CREATE VIEW base AS SELECT * FROM pace", "CREATE VIEW f AS SELECT v.id FROM v, base, pace");
        for (RefreshMode mode : new RefreshMode[] {RefreshMode.SWAP, RefreshMode.BLUE_GREEN, RefreshMode.STANDARD}) {
            try (Connection reader = background.inTransaction("SELECT count(*) FROM base")) {
                assertThat(refreshing.run(VIEW, mode).attempts()).isEqualTo(1);
                reader.rollback();
            }
        }
    }

    @Test
    void aDependentWhoseOwnerMayNoLongerReadATableIsNoObstacle() throws Exception {
        database.executeAsSuperuser("CREATE TABLE theirs (id int)", "GRANT SELECT ON theirs TO " + database.user());
        database.execute("CREATE VIEW f AS SELECT v.id FROM v, theirs");
        database.executeAsSuperuser("REVOKE SELECT ON theirs FROM " + database.user());
        CatalogSnapshot before = CatalogSnapshot.of(database);
        assertThat(refreshing.run(VIEW, RefreshMode.SWAP).attempts()).isEqualTo(1);
        assertThat(CatalogSnapshot.of(database).lines()).isEqualTo(before.lines());
    }
}
