package dev.matview.operator.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.api.ViewWarning;
import dev.matview.operator.postgres.Connections;
import dev.matview.operator.postgres.DeclaredView;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.RoutineMaintenance;
import dev.matview.operator.postgres.SessionSettings;
import dev.matview.operator.postgres.TestSettings;
import dev.matview.operator.postgres.Upkeep;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.PostgresServer;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs of a resource that wants them skipped when nothing has changed. */
@DatabaseTest
class SkipTest {
    private static final Trigger DUE = new Trigger.Schedule(Instant.parse("2026-01-01T00:00:00Z"));
    private static final Duration DAY = Duration.ofDays(1);

    private final TestDatabase database;
    private final PostgresServer server;
    private final Connections connections = TestSettings.connections();
    private final Runs<String> runs =
            new Runs<>(connections, new Slots(2, 32), Clock.systemUTC(), () -> true, key -> {}, run -> {});

    SkipTest(TestDatabase database, PostgresServer server) throws SQLException {
        this.database = database;
        this.server = server;
        database.execute(
                "CREATE TABLE t (id int)",
                "INSERT INTO t VALUES (1)",
                "CREATE MATERIALIZED VIEW v AS SELECT id FROM t",
                "CREATE UNIQUE INDEX ON v (id)");
        awaitSessionsEnd();
    }

    @AfterEach
    void close() {
        runs.stop(Duration.ZERO, Duration.ZERO);
        connections.close();
    }

    @Test
    void aRunOnScheduleIsSkippedAsLongAsNothingChanges() throws SQLException {
        Outcome.Refreshed first = refreshed(run(DUE, DAY, null));
        if (server.version() >= 15) {
            assertThat(first.warnings()).isEmpty();
        } else {
            assertThat(first.warnings())
                    .extracting(ViewWarning::message)
                    .containsExactly(
                            "refreshed also when nothing has changed: PostgreSQL before 15 does not tell reliably"
                                    + " what was written, so nothing counts as unchanged but a server on which nobody writes at"
                                    + " all");
        }
        Instant before = Instant.now();
        Outcome second = run(DUE, DAY, first.fingerprint());
        // Before 15 that can be told only while no other test writes.
        if (server.version() >= 15) {
            assertThat(second).isInstanceOf(Outcome.Unchanged.class);
        }
        if (second instanceof Outcome.Unchanged skipped) {
            assertThat(skipped.startTime()).isBetween(before, skipped.completionTime());
            assertThat(skipped.since()).isBefore(skipped.startTime());
            assertThat(database.scalar("SELECT count(*) FROM v")).isEqualTo("1");
            database.execute("INSERT INTO t VALUES (2)");
            awaitSessionsEnd();
            refreshed(run(DUE, DAY, skipped.fingerprint()));
        } else {
            assertThat(refreshed(second).note()).startsWith("not skipped, because it was in doubt: ");
        }
    }

    @Test
    void behindAFacadeTheSideThatShowsIsCompared() throws SQLException {
        String fingerprint = null;
        for (int i = 0; i < 3; i++) {
            fingerprint = refreshed(run(RefreshMode.BLUE_GREEN, DUE, DAY, null)).fingerprint();
        }
        assertThat(fingerprint).isNotNull();
        Outcome unwritten = run(RefreshMode.BLUE_GREEN, DUE, DAY, fingerprint);
        if (server.version() >= 15) {
            assertThat(unwritten).isInstanceOf(Outcome.Unchanged.class);
        }
        database.execute("INSERT INTO t VALUES (2)");
        awaitSessionsEnd();
        refreshed(run(RefreshMode.BLUE_GREEN, DUE, DAY, fingerprint));
        assertThat(database.scalar("SELECT count(*) FROM v")).isEqualTo("2");
    }

    @Test
    void aSwapCanNotBeSkippedAndSaysSo() throws SQLException {
        Outcome.Refreshed refreshed = refreshed(run(RefreshMode.SWAP, DUE, DAY, null));
        assertThat(refreshed.fingerprint()).isNull();
        assertThat(refreshed.warnings())
                .extracting(ViewWarning::message)
                .singleElement()
                .asString()
                .contains("mode Swap");
    }

    @Test
    void whoeverAsksGetsARefresh() throws SQLException {
        String fingerprint = refreshed(run(DUE, DAY, null)).fingerprint();
        for (var trigger : List.of(new Trigger.Manual("token"), new Trigger.Immediate(), new Trigger.Unpopulated())) {
            assertThat(refreshed(run(trigger, DAY, fingerprint)).fingerprint()).isNotNull();
        }
    }

    @Test
    void aViewWhoseLastRefreshIsTooLongAgoIsRefreshed() throws SQLException {
        String fingerprint = refreshed(run(DUE, DAY, null)).fingerprint();
        refreshed(run(DUE, Duration.ofMillis(1), fingerprint));
    }

    @Test
    void aViewThatHoldsNothingIsRefreshed() throws SQLException {
        String fingerprint = refreshed(run(DUE, DAY, null)).fingerprint();
        database.execute("REFRESH MATERIALIZED VIEW v WITH NO DATA");
        refreshed(run(DUE, DAY, fingerprint));
        assertThat(database.scalar("SELECT count(*) FROM v")).isEqualTo("1");
    }

    @Test
    void aViewThatCanNeverBeSkippedIsRefreshedAndSaysWhyAlsoWhenItIsChecked() throws SQLException {
        database.execute(
                "DROP MATERIALIZED VIEW v",
                "CREATE MATERIALIZED VIEW v AS SELECT id, now() AS at FROM t",
                "CREATE UNIQUE INDEX ON v (id)");
        var warning = new ViewWarning(
                "CannotSkip",
                "refreshed also when nothing has changed: it uses function now, which may give another result for the same"
                        + " data");
        Outcome.Refreshed refreshed = refreshed(run(DUE, DAY, null));
        assertThat(refreshed.warnings()).containsExactly(warning);
        assertThat(refreshed.fingerprint()).isNull();
        assertThat(run(new Trigger.Check(), DAY, null))
                .isInstanceOfSatisfying(
                        Outcome.Checked.class, c -> assertThat(c.warnings()).containsExactly(warning));
    }

    @Test
    void aRunThatWaitsForCertaintyHoldsNoConnection() throws SQLException {
        if (server.version() < 15) {
            return;
        }
        String fingerprint = refreshed(run(DUE, DAY, null)).fingerprint();
        database.execute("CREATE TABLE other (id int)");
        try (Connection staying = database.connect()) {
            Refreshing.scalar(staying, "SELECT 1");
            runs.start(request(RefreshMode.CONCURRENT, DUE, DAY, fingerprint));
            // The pool of two is free for others meanwhile.
            await().untilAsserted(() -> assertThat(runs.state("v")).isInstanceOf(RunState.UnderWay.class));
            awaitIdle();
            assertThat(runs.state("v"))
                    .isInstanceOfSatisfying(RunState.UnderWay.class, run -> assertThat(run.startTime())
                            .isNull());
        }
        runs.cancel("v");
    }

    private void awaitIdle() {
        await().until(() -> "0"
                .equals(server.scalar(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = ? AND state <> 'idle'",
                        database.name())));
    }

    /** A session that has ended has counted all that it wrote. */
    private void awaitSessionsEnd() {
        await().until(() -> "0"
                .equals(server.scalar(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = ? AND application_name <> 'matview-operator'",
                        database.name())));
    }

    private static Outcome.Refreshed refreshed(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Refreshed.class);
        return (Outcome.Refreshed) outcome;
    }

    private Outcome run(Trigger trigger, Duration maxStaleness, @Nullable String fingerprint) {
        return run(RefreshMode.CONCURRENT, trigger, maxStaleness, fingerprint);
    }

    private Outcome run(RefreshMode mode, Trigger trigger, Duration maxStaleness, @Nullable String fingerprint) {
        runs.start(request(mode, trigger, maxStaleness, fingerprint));
        await().atMost(Duration.ofSeconds(60)).until(() -> runs.state("v") instanceof RunState.Ended);
        var ended = (RunState.Ended<String>) Objects.requireNonNull(runs.state("v"));
        runs.acknowledge(ended);
        return ended.outcome();
    }

    private RunRequest<String> request(
            RefreshMode mode, Trigger trigger, Duration maxStaleness, @Nullable String fingerprint) {
        return new RunRequest<>(
                "v",
                1,
                trigger,
                null,
                () -> new Credentials(TestSettings.of(database), false),
                new DeclaredView(
                        new ViewName("public", "v"),
                        mode,
                        true,
                        Refreshing.BOUNDS,
                        SessionSettings.NONE,
                        RoutineMaintenance.NONE,
                        Upkeep.NONE,
                        null),
                identity -> null,
                new SkipPolicy(maxStaleness, fingerprint));
    }
}
