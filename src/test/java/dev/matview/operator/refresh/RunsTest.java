package dev.matview.operator.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.ConnectionSettings;
import dev.matview.operator.postgres.DeclaredView;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.FakeServer;
import dev.matview.operator.postgres.FakeServer.Behaviour;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.TestRole;
import dev.matview.operator.postgres.TestSettings;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.Servers;
import dev.matview.operator.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of runs that are started, and how many there are at once. */
@DatabaseTest(Servers.OLDEST_AND_NEWEST)
class RunsTest {
    private static final Trigger CHECK = new Trigger.Check();
    private static final Trigger DUE = new Trigger.Schedule(Instant.parse("2026-01-01T00:00:00Z"));

    private final TestDatabase database;
    private final TestRuns runs;

    RunsTest(TestDatabase database) {
        this.database = database;
        this.runs = new TestRuns(database);
    }

    @AfterEach
    void close() {
        runs.close();
    }

    @Test
    void anOutcomeIsKeptUntilItIsAcknowledged() throws SQLException {
        Refreshing.createSlowView(database);
        database.execute("UPDATE pace SET id = 2");
        Instant before = Instant.now();
        runs.all().start(runs.request("a", DUE));
        RunState.Ended<String> ended = runs.awaitEnd("a");
        assertThat(runs.ended()).containsExactly("a");
        assertThat(ended.outcome()).isInstanceOfSatisfying(Outcome.Refreshed.class, refreshed -> {
            assertThat(refreshed.result().mode()).isEqualTo(RefreshMode.CONCURRENT);
            assertThat(refreshed.startTime()).isBetween(before, refreshed.completionTime());
            assertThat(refreshed.duration()).isPositive();
        });
        assertThat(database.scalar("SELECT id FROM v")).isEqualTo("2");

        database.execute("UPDATE pace SET id = 3");
        runs.all().start(runs.request("a", DUE));
        assertThat(runs.all().state("a")).isEqualTo(ended);
        runs.all().acknowledge(ended);
        assertThat(runs.all().state("a")).isNull();
        runs.all().start(runs.request("a", new Trigger.Manual("again")));
        RunState.Ended<String> second = runs.awaitEnd("a");
        assertThat(second.request().trigger()).isEqualTo(new Trigger.Manual("again"));
        assertThat(database.scalar("SELECT id FROM v")).isEqualTo("3");

        runs.all().acknowledge(ended);
        assertThat(runs.all().state("a"))
                .as("an old acknowledgement takes nothing away")
                .isEqualTo(second);
    }

    @Test
    void oneKeyHasOneRunHoweverOftenItIsStarted() throws SQLException {
        runs.slowView(1);
        for (int i = 0; i < 10; i++) {
            runs.all().start(runs.request("a", DUE));
        }
        runs.awaitRefreshes(1);
        assertThat(runs.all().state("a")).isInstanceOf(RunState.UnderWay.class);
        runs.awaitEnd("a");
        assertThat(runs.refreshes()).isZero();
        assertThat(runs.ended()).containsExactly("a");
    }

    @Test
    void ofALongRunThereIsNewsOnceWhileItIsUnderWay() throws SQLException {
        runs.slowView(6);
        runs.all().start(runs.request("a", DUE));
        await().until(() -> runs.news().contains("a"));
        assertThat(runs.all().state("a")).isInstanceOf(RunState.UnderWay.class);
        await().until(() -> runs.all().state("a") instanceof RunState.Ended);
        await().until(() -> runs.news().size() == 2 && runs.ended().size() == 1);
    }

    @Test
    void ofALongCheckThereIsNewsTooButOfOneThatWaitsForItsTurnNone() throws Exception {
        runs.slowView(6);
        try (FakeServer silence = FakeServer.start(Behaviour.SWALLOW)) {
            ConnectionSettings settings = TestSettings.plain(silence.address());
            runs.all().start(runs.standard("v"));
            runs.awaitRefreshes(1);
            runs.all().start(TestRuns.request("waits", () -> new Credentials(settings, false)));
            RunRequest<String> check = runs.request("check", CHECK);
            runs.all().start(check.by(() -> new Credentials(settings, false)));
            await().until(() -> runs.news().contains("check"));
            assertThat(runs.all().state("check")).isInstanceOf(RunState.UnderWay.class);
            assertThat(runs.news()).doesNotContain("waits");
        }
    }

    @Test
    void aCheckLeavesTheViewAlone() throws SQLException {
        Refreshing.createSlowView(database);
        database.execute("UPDATE pace SET id = 2", "REFRESH MATERIALIZED VIEW v WITH NO DATA");
        runs.all().start(runs.request("a", CHECK));
        assertThat(runs.awaitEnd("a").outcome()).isInstanceOfSatisfying(Outcome.Checked.class, checked -> assertThat(
                        checked.facts().populated())
                .isFalse());
        assertThat(database.scalar("SELECT ispopulated FROM pg_matviews")).isEqualTo("f");
    }

    @Test
    void aViewThatIsNotAdmittedIsLeftAlone() throws SQLException {
        Refreshing.createSlowView(database);
        database.execute("UPDATE pace SET id = 2");
        runs.all().start(runs.request("a", DUE, identity -> {
            assertThat(identity.database()).isEqualTo(database.name());
            return new Failure(Reason.ALREADY_MANAGED, "by another");
        }));
        assertThat(runs.awaitEnd("a").outcome()).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.failure().reason()).isEqualTo(Reason.ALREADY_MANAGED);
            assertThat(failed.facts()).isNotNull();
            assertThat(failed.attempts()).isZero();
        });
        assertThat(database.scalar("SELECT id FROM v")).isEqualTo("1");
    }

    @Test
    void whatPreflightFindsIsTheOutcome() throws SQLException {
        database.execute("CREATE MATERIALIZED VIEW v AS SELECT 1 AS id");
        runs.all().start(runs.request("a", CHECK));
        assertThat(runs.reason("a")).isEqualTo(Reason.NO_UNIQUE_INDEX);
        database.execute("DROP MATERIALIZED VIEW v");
        runs.all().start(runs.request("b", DUE));
        assertThat(runs.reason("b")).isEqualTo(Reason.VIEW_MISSING);
    }

    @Test
    void whatGoesWrongWithTheCredentialsIsAnOutcomeToo() {
        runs.all().start(TestRuns.request("missing", () -> {
            throw new FailureException(new Failure(Reason.SECRET_MISSING, "no Secret"));
        }));
        assertThat(runs.reason("missing")).isEqualTo(Reason.SECRET_MISSING);
        runs.all().start(TestRuns.request("exception", () -> {
            throw new IllegalStateException("sesame");
        }));
        runs.all().start(TestRuns.request("error", () -> {
            throw new StackOverflowError("sesame");
        }));
        for (String key : List.of("exception", "error")) {
            assertThat(runs.awaitEnd(key).outcome()).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                assertThat(failed.failure().reason()).isEqualTo(Reason.REFRESH_FAILED);
                assertThat(failed.failure().message()).doesNotContain("sesame");
            });
        }
        runs.all().start(runs.request("exception in admission", DUE, identity -> {
            throw new IllegalStateException();
        }));
        runs.awaitEnd("exception in admission");
    }

    @Test
    void aPasswordThatJustChangedMayNotBeKnownToTheServerYet() {
        ConnectionSettings wrong = TestSettings.of(database, database.user(), "new");
        runs.all().start(TestRuns.request("new", () -> new Credentials(wrong, true)));
        assertThat(runs.reason("new")).isEqualTo(Reason.CREDENTIALS_ROTATING);
        runs.all().start(TestRuns.request("old", () -> new Credentials(wrong, false)));
        assertThat(runs.reason("old")).isEqualTo(Reason.AUTHENTICATION_FAILED);
    }

    @Test
    void oneDatabaseHasAtMostTwoRefreshesEvenOfSeveralUsers() throws SQLException {
        runs.slowView(1);
        try (TestRole member = TestRole.create(database, "member")) {
            database.executeAsSuperuser("GRANT %s TO %s".formatted(database.user(), member.name()));
            ConnectionSettings theirs = TestSettings.of(database, member.name(), member.password());
            for (int i = 1; i <= 4; i++) {
                database.execute(
                        "CREATE MATERIALIZED VIEW v%d AS SELECT id, pg_sleep(seconds)::text AS slept FROM pace WITH NO DATA"
                                .formatted(i));
                String key = "v" + i;
                ConnectionSettings settings = i % 2 == 0 ? theirs : TestSettings.of(database);
                runs.all()
                        .start(new RunRequest<>(
                                key,
                                1,
                                DUE,
                                null,
                                () -> new Credentials(settings, false),
                                new DeclaredView(new ViewName("public", key), RefreshMode.STANDARD, Refreshing.BOUNDS),
                                TestRuns::anybody,
                                null));
            }
            var most = new AtomicInteger();
            await().pollInterval(Duration.ofMillis(20)).until(() -> {
                most.accumulateAndGet(runs.refreshes(), Math::max);
                return runs.ended().size() == 4;
            });
            assertThat(most).hasValue(2);
            for (int i = 1; i <= 4; i++) {
                assertThat(runs.awaitEnd("v" + i).outcome()).isInstanceOf(Outcome.Refreshed.class);
            }
        }
    }

    @Test
    void hostsThatSwallowEverythingHoldUpNobody() throws Exception {
        Refreshing.createSlowView(database);
        try (FakeServer silence = FakeServer.start(Behaviour.SWALLOW)) {
            var silent = new ArrayList<String>();
            for (int i = 0; i < 50; i++) {
                String key = "silent " + i;
                silent.add(key);
                ConnectionSettings settings =
                        TestSettings.with(TestSettings.plain(silence.address()), "user" + i, "sesame");
                runs.all().start(TestRuns.request(key, () -> new Credentials(settings, false)));
            }
            await().until(() -> silence.connections() == 50);
            Instant start = Instant.now();
            runs.all().start(runs.request("healthy", DUE));
            assertThat(runs.awaitEnd("healthy").outcome()).isInstanceOf(Outcome.Refreshed.class);
            assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(15));
            assertThat(silent)
                    .allSatisfy(key -> assertThat(runs.all().state(key)).isInstanceOf(RunState.UnderWay.class));

            Instant closing = Instant.now();
            runs.all().stop(Duration.ZERO, Duration.ZERO);
            assertThat(Duration.between(closing, Instant.now())).isLessThan(Duration.ofSeconds(20));
            assertThat(runs.ended()).containsExactly("healthy");
        }
    }

    @Test
    void aRunWhoseTurnComesTooLateIsNotRun() throws SQLException {
        runs.slowView(3);
        for (String view : List.of("v1", "v2")) {
            database.execute("CREATE MATERIALIZED VIEW %s AS SELECT id, pg_sleep(seconds)::text FROM pace WITH NO DATA"
                    .formatted(view));
            runs.all().start(runs.standard(view));
        }
        runs.awaitRefreshes(2);
        database.execute("UPDATE pace SET seconds = 0, id = 2");
        runs.all().start(runs.due("late", Instant.now().plusMillis(500)));
        runs.all().start(runs.due("in time", Instant.now().plusSeconds(600)));
        assertThat(runs.awaitEnd("late").outcome()).isInstanceOf(Outcome.Missed.class);
        assertThat(runs.awaitEnd("in time").outcome()).isInstanceOf(Outcome.Refreshed.class);
    }
}
