package dev.matview.operator.postgres;

import static dev.matview.operator.api.Maintenance.ALWAYS;
import static dev.matview.operator.api.Maintenance.AUTO;
import static dev.matview.operator.api.Maintenance.NEVER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.net.Deadline;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@DatabaseTest
class RoutineMaintenanceTest {
    private static final ViewName VIEW = new ViewName("public", "odd \"v\"");
    private static final RoutineMaintenance AS_NEEDED = new RoutineMaintenance(AUTO, AUTO);

    private final TestDatabase database;
    private final Refreshing refreshing;

    RoutineMaintenanceTest(TestDatabase database) {
        this.database = database;
        this.refreshing = new Refreshing(database);
    }

    @BeforeEach
    void createView() throws SQLException {
        database.execute(
                "CREATE TABLE rounds (n int)",
                "INSERT INTO rounds VALUES (0)",
                "CREATE MATERIALIZED VIEW %s WITH (autovacuum_enabled = off) AS".formatted(VIEW.quoted())
                        + " SELECT id, n FROM generate_series(1, 1000) AS id, rounds",
                "CREATE UNIQUE INDEX ON %s (id)".formatted(VIEW.quoted()));
    }

    @Test
    void aViewThatWasWrittenAnewIsAnalyzed() throws Exception {
        assertThat(refreshed(RefreshMode.STANDARD, AS_NEEDED)).isEmpty();
        assertThat(statistics()).isEqualTo("2");
        assertThat(vacuumed()).isFalse();
    }

    @Test
    void aConcurrentRefreshThatChangedNothingIsFollowedByNothing() throws Exception {
        assertThat(refreshed(RefreshMode.CONCURRENT, AS_NEEDED)).isEmpty();
        assertThat(statistics()).isEqualTo("0");
        assertThat(vacuumed()).isFalse();
    }

    @Test
    void aConcurrentRefreshThatLeftManyDeadRowsIsVacuumedAndAnalyzed() {
        // Before PostgreSQL 15 the server learns of the dead rows somewhat later.
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            database.execute("UPDATE rounds SET n = n + 1");
            assertThat(refreshed(RefreshMode.CONCURRENT, AS_NEEDED)).isEmpty();
            assertThat(vacuumed()).isTrue();
        });
        assertThat(statistics()).isEqualTo("2");
    }

    @Test
    void neverIsNever() throws Exception {
        database.execute("UPDATE rounds SET n = n + 1");
        assertThat(refreshed(RefreshMode.CONCURRENT, RoutineMaintenance.NONE)).isEmpty();
        assertThat(refreshed(RefreshMode.STANDARD, RoutineMaintenance.NONE)).isEmpty();
        assertThat(statistics()).isEqualTo("0");
        assertThat(vacuumed()).isFalse();
    }

    @Test
    void alwaysIsAlsoWhenNothingHasChanged() throws Exception {
        assertThat(refreshed(RefreshMode.CONCURRENT, new RoutineMaintenance(NEVER, ALWAYS)))
                .isEmpty();
        await().until(this::vacuumed);
        assertThat(statistics()).isEqualTo("0");
        assertThat(refreshed(RefreshMode.CONCURRENT, new RoutineMaintenance(ALWAYS, ALWAYS)))
                .isEmpty();
        assertThat(statistics()).isEqualTo("2");
    }

    @Test
    void itWaitsForNobodyAndSaysSoWhenItWasAskedFor() throws Exception {
        RefreshResult result = refreshing.run(VIEW, RefreshMode.STANDARD);
        try (Connection other = database.connect()) {
            other.setAutoCommit(false);
            Refreshing.scalar(other, "SELECT 1");
            try (var statement = other.createStatement()) {
                statement.execute(
                        "ALTER MATERIALIZED VIEW %s ALTER COLUMN id SET STATISTICS 10".formatted(VIEW.quoted()));
            }
            assertThat(after(result, AS_NEEDED, Duration.ofSeconds(30))).isEmpty();
            assertThat(after(result, new RoutineMaintenance(ALWAYS, NEVER), Duration.ofSeconds(30)))
                    .singleElement()
                    .asString()
                    .startsWith("ANALYZE")
                    .contains("somebody else is at work");
            other.rollback();
        }
    }

    @Test
    void itHasNoMoreTimeThanTheRun() throws Exception {
        RefreshResult result = refreshing.run(VIEW, RefreshMode.STANDARD);
        assertThat(after(result, AS_NEEDED, Duration.ofMillis(500)))
                .singleElement()
                .asString()
                .contains("timeouts.refresh");
        assertThat(statistics()).isEqualTo("0");
    }

    private List<String> refreshed(RefreshMode mode, RoutineMaintenance maintenance)
            throws SQLException, FailureException, InterruptedException {
        return after(refreshing.run(VIEW, mode), maintenance, Duration.ofSeconds(30));
    }

    private List<String> after(RefreshResult result, RoutineMaintenance maintenance, Duration left)
            throws SQLException {
        try (Connection connection = database.connect()) {
            return maintenance.after(connection, result, Deadline.in(left), new Cancellation());
        }
    }

    private String statistics() {
        return String.valueOf(scalar("SELECT count(*) FROM pg_stats WHERE tablename = 'odd \"v\"'"));
    }

    private boolean vacuumed() {
        return "t".equals(scalar("SELECT last_vacuum IS NOT NULL FROM pg_stat_all_tables WHERE relname = 'odd \"v\"'"));
    }

    private String scalar(String query) {
        try {
            return String.valueOf(database.scalar(query));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
