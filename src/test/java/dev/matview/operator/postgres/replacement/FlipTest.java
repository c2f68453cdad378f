package dev.matview.operator.postgres.replacement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.net.Deadline;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Others are in the way of a refresh behind a facade, or end it. */
@DatabaseTest
class FlipTest {
    private static final ViewName VIEW = new ViewName("public", "v");

    private final TestDatabase database;
    private final Refreshing refreshing;
    private final Background background;

    FlipTest(TestDatabase database) {
        this.database = database;
        this.refreshing = new Refreshing(database);
        this.background = new Background(database);
    }

    @BeforeEach
    void adopt() throws Exception {
        database.execute(
                "CREATE TABLE pace (id int, closed boolean)",
                "INSERT INTO pace VALUES (1, false)",
                """
                CREATE FUNCTION gate() RETURNS text LANGUAGE plpgsql AS '
                BEGIN
                    WHILE (SELECT closed FROM public.pace) LOOP PERFORM pg_sleep(0.02); END LOOP;
                    RETURN ''open'';
                END'
                """,
                "CREATE MATERIALIZED VIEW v AS SELECT id, gate() AS gate FROM pace",
                "CREATE UNIQUE INDEX ON v (id)");
        refreshing.run(VIEW, RefreshMode.BLUE_GREEN);
    }

    @AfterEach
    void endThreads() {
        background.close();
    }

    @Test
    void aReaderThatStaysInItsTransactionBlocksNobodyAndIsWaitedFor() throws Exception {
        try (Connection holder = background.inTransaction("SELECT count(*) FROM v")) {
            var refresh = background.refresh(VIEW, RefreshMode.BLUE_GREEN);
            background.awaitRefreshes(1);
            assertThat(Latency.of(database, "SELECT count(*) FROM v", Duration.ofSeconds(2)))
                    .isLessThan(Duration.ofSeconds(1));
            assertThat(refresh).isNotDone();
            holder.rollback();
            refresh.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void whoHoldsTheFacadeForTheWholeRunIsNamedAndNothingIsLost() throws Exception {
        try (Connection holder = background.inTransaction("SELECT count(*) FROM v")) {
            Failure failure = Failures.of(() -> refreshing.run(
                    VIEW, RefreshMode.BLUE_GREEN, new RefreshBounds(Duration.ofMillis(100), Duration.ofSeconds(3))));
            assertThat(failure.reason()).isEqualTo(Reason.VIEW_BUSY);
            assertThat(failure.message())
                    .contains(
                            "\"public\".\"v\"",
                            "server process " + Refreshing.scalar(holder, "SELECT pg_backend_pid()"));
            holder.rollback();
        }
        database.execute("UPDATE pace SET id = 7");
        refreshing.run(VIEW, RefreshMode.BLUE_GREEN);
        assertThat(database.scalar("SELECT id FROM v")).isEqualTo("7");
    }

    @Test
    void twoOperatorsAndAPersonAtOnceAllEndWithTheNewestContent() throws Exception {
        database.execute("UPDATE pace SET closed = true");
        var first = background.refresh(VIEW, RefreshMode.BLUE_GREEN);
        var second = background.refresh(VIEW, RefreshMode.BLUE_GREEN);
        background.awaitBuild();
        database.execute(
                "UPDATE pace SET id = 5, closed = false",
                "REFRESH MATERIALIZED VIEW v__blue",
                "REFRESH MATERIALIZED VIEW v__green");
        first.get(60, TimeUnit.SECONDS);
        second.get(60, TimeUnit.SECONDS);
        assertThat(database.scalar("SELECT id FROM v")).isEqualTo("5");
    }

    @Test
    void newerContentOfTheActiveSideIsNotReplacedByOlder() throws Exception {
        database.execute("UPDATE pace SET closed = true");
        var refresh = background.refresh(VIEW, RefreshMode.BLUE_GREEN);
        background.awaitBuild();
        String active = activeIsBlue() ? "v__blue" : "v__green";
        try (Connection person = background.inTransaction(
                "UPDATE pace SET id = 5, closed = false", "REFRESH MATERIALIZED VIEW " + active)) {
            person.commit();
        }
        assertThat(refresh.get(60, TimeUnit.SECONDS).attempts()).isEqualTo(2);
        assertThat(database.scalar("SELECT id FROM v")).isEqualTo("5");
    }

    @Test
    void aSessionThatIsEndedAnywhereLeavesTheOldContentAndNothingElse() throws Exception {
        CatalogSnapshot before = CatalogSnapshot.of(database);
        database.execute("UPDATE pace SET closed = true, id = 9");
        var building = background.refresh(VIEW, RefreshMode.BLUE_GREEN);
        background.awaitBuild();
        background.endRefreshes();
        assertThat(building).failsWithin(Duration.ofSeconds(60));
        database.execute("UPDATE pace SET closed = false");
        try (Connection holder = background.inTransaction("SELECT count(*) FROM v")) {
            var flipping = background.refresh(VIEW, RefreshMode.BLUE_GREEN);
            String idle = activeIsBlue() ? "v__green" : "v__blue";
            background.awaitTrue("SELECT EXISTS (SELECT FROM " + idle + " WHERE id = 9)");
            background.awaitRefreshes(1);
            background.endRefreshes();
            assertThat(flipping).failsWithin(Duration.ofSeconds(60));
            holder.rollback();
        }
        assertThat(database.scalar("SELECT id FROM v")).isEqualTo("1");
        assertThat(CatalogSnapshot.of(database)).isEqualTo(before);
    }

    @Test
    void aTimeoutDuringTheBuildLeavesTheOldContent() throws Exception {
        database.execute("UPDATE pace SET closed = true");
        Failure failure = Failures.of(() -> refreshing.run(
                VIEW, RefreshMode.BLUE_GREEN, new RefreshBounds(Duration.ofMillis(100), Duration.ofSeconds(2))));
        assertThat(failure.reason()).isEqualTo(Reason.REFRESH_TIMEOUT);
        assertThat(database.scalar("SELECT id FROM v")).isEqualTo("1");
    }

    @ParameterizedTest
    @CsvSource({"PT-9S, PT0.001S", "PT0S, PT0.001S", "PT2S, PT1S", "PT9H, PT30S"})
    void theIdleSideIsNeverWaitedForWithoutABound(Duration left, Duration most) {
        assertThat(BlueGreen.patience(Deadline.in(left))).isBetween(Duration.ofMillis(1), most);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DROP VIEW v", "ALTER VIEW v RENAME TO w"})
    void aFacadeThatGoesDuringTheBuildIsMissing(String change) throws Exception {
        database.execute("UPDATE pace SET closed = true");
        var refresh = background.refresh(VIEW, RefreshMode.BLUE_GREEN);
        background.awaitBuild();
        database.execute(change, "UPDATE pace SET closed = false");
        assertThat(refresh)
                .failsWithin(Duration.ofSeconds(60))
                .withThrowableThat()
                .havingRootCause()
                .withMessageContaining("ViewMissing");
        assertThat(database.scalar("SELECT count(*) FROM pg_class WHERE relname = 'v' OR relname LIKE 'matview%'"))
                .isEqualTo("0");
    }

    @Test
    void aSideThatIsDroppedDuringTheBuildIsMadeAnew() throws Exception {
        database.execute("UPDATE pace SET closed = true, id = 3");
        var refresh = background.refresh(VIEW, RefreshMode.BLUE_GREEN);
        background.awaitBuild();
        String idle = activeIsBlue() ? "v__green" : "v__blue";
        try (Connection reader = background.inTransaction("SELECT count(*) FROM v")) {
            var dropped = background.start(() -> {
                database.execute("DROP MATERIALIZED VIEW " + idle);
                return idle;
            });
            background.awaitTrue("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
                    + " AND wait_event_type = 'Lock' AND query LIKE 'DROP%')");
            database.execute("UPDATE pace SET closed = false");
            dropped.get(60, TimeUnit.SECONDS);
            reader.rollback();
        }
        assertThat(refresh.get(60, TimeUnit.SECONDS).notices())
                .singleElement()
                .asString()
                .contains("made anew");
        assertThat(database.scalar("SELECT id FROM v")).isEqualTo("3");
        assertThat(database.scalar("SELECT count(*) FROM pg_indexes WHERE tablename IN ('v__blue', 'v__green')"))
                .isEqualTo("2");
    }

    private boolean activeIsBlue() throws SQLException {
        return "t".equals(database.scalar("SELECT pg_get_viewdef('v') LIKE '%blue%'"));
    }
}
