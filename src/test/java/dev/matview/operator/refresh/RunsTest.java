package dev.matview.operator.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.ConnectionSettings;
import dev.matview.operator.postgres.Connections;
import dev.matview.operator.postgres.DeclaredView;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.FakeServer;
import dev.matview.operator.postgres.FakeServer.Behaviour;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.TestRole;
import dev.matview.operator.postgres.TestSettings;
import dev.matview.operator.postgres.ViewIdentity;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.refresh.Runs.State;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@DatabaseTest
class RunsTest {
    private static final Trigger CHECK = new Trigger.Check();
    private static final Trigger DUE = new Trigger.Schedule(Instant.parse("2026-01-01T00:00:00Z"));

    private final TestDatabase database;
    private final Connections connections = TestSettings.connections();
    private final Queue<String> news = new ConcurrentLinkedQueue<>();
    private volatile boolean permitted = true;
    private final Runs<String> runs =
            new Runs<>(connections, new Slots(2, 32), Clock.systemUTC(), () -> permitted, news::add);

    RunsTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void close() {
        runs.stop(Duration.ZERO, Duration.ZERO);
        connections.close();
    }

    @Test
    void anOutcomeIsKeptUntilItIsAcknowledged() throws SQLException {
        Refreshing.createSlowView(database);
        database.execute("UPDATE pace SET id = 2");
        Instant before = Instant.now();
        runs.start(request("a", DUE));
        State.Ended<String> ended = awaitEnd("a");
        assertThat(news).containsExactly("a");
        assertThat(ended.outcome()).isInstanceOfSatisfying(Outcome.Refreshed.class, refreshed -> {
            assertThat(refreshed.result().mode()).isEqualTo(RefreshMode.CONCURRENT);
            assertThat(refreshed.startTime()).isBetween(before, refreshed.completionTime());
            assertThat(refreshed.duration()).isPositive();
        });
        assertThat(database.scalar("SELECT id FROM v")).isEqualTo("2");

        database.execute("UPDATE pace SET id = 3");
        runs.start(request("a", DUE));
        assertThat(runs.state("a")).isEqualTo(ended);
        runs.acknowledge(ended);
        assertThat(runs.state("a")).isNull();
        runs.start(request("a", new Trigger.Manual("again")));
        State.Ended<String> second = awaitEnd("a");
        assertThat(second.request().trigger()).isEqualTo(new Trigger.Manual("again"));
        assertThat(database.scalar("SELECT id FROM v")).isEqualTo("3");

        runs.acknowledge(ended);
        assertThat(runs.state("a"))
                .as("an old acknowledgement takes nothing away")
                .isEqualTo(second);
    }

    @Test
    void oneKeyHasOneRunHoweverOftenItIsStarted() throws SQLException {
        slowView(2);
        for (int i = 0; i < 10; i++) {
            runs.start(request("a", DUE));
        }
        awaitRefreshes(1);
        assertThat(runs.state("a")).isInstanceOf(State.UnderWay.class);
        awaitEnd("a");
        assertThat(refreshes()).isZero();
        assertThat(news).containsExactly("a");
    }

    @Test
    void aCheckLeavesTheViewAlone() throws SQLException {
        Refreshing.createSlowView(database);
        database.execute("UPDATE pace SET id = 2", "REFRESH MATERIALIZED VIEW v WITH NO DATA");
        runs.start(request("a", CHECK));
        assertThat(awaitEnd("a").outcome()).isInstanceOfSatisfying(Outcome.Checked.class, checked -> assertThat(
                        checked.facts().populated())
                .isFalse());
        assertThat(database.scalar("SELECT ispopulated FROM pg_matviews")).isEqualTo("f");
    }

    @Test
    void aViewThatIsNotAdmittedIsLeftAlone() throws SQLException {
        Refreshing.createSlowView(database);
        database.execute("UPDATE pace SET id = 2");
        runs.start(request("a", DUE, identity -> {
            assertThat(identity.database()).isEqualTo(database.name());
            return new Failure(Reason.ALREADY_MANAGED, "by another");
        }));
        assertThat(awaitEnd("a").outcome()).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.failure().reason()).isEqualTo(Reason.ALREADY_MANAGED);
            assertThat(failed.facts()).isNotNull();
            assertThat(failed.attempts()).isZero();
        });
        assertThat(database.scalar("SELECT id FROM v")).isEqualTo("1");
    }

    @Test
    void whatPreflightFindsIsTheOutcome() throws SQLException {
        database.execute("CREATE MATERIALIZED VIEW v AS SELECT 1 AS id");
        runs.start(request("a", CHECK));
        assertThat(reason("a")).isEqualTo(Reason.NO_UNIQUE_INDEX);
        database.execute("DROP MATERIALIZED VIEW v");
        runs.start(request("b", DUE));
        assertThat(reason("b")).isEqualTo(Reason.VIEW_MISSING);
    }

    @Test
    void whatGoesWrongWithTheCredentialsIsAnOutcomeToo() {
        runs.start(request("missing", () -> {
            throw new FailureException(new Failure(Reason.SECRET_MISSING, "no Secret"));
        }));
        assertThat(reason("missing")).isEqualTo(Reason.SECRET_MISSING);
        runs.start(request("exception", () -> {
            throw new IllegalStateException("sesame");
        }));
        runs.start(request("error", () -> {
            throw new StackOverflowError("sesame");
        }));
        for (String key : List.of("exception", "error")) {
            assertThat(awaitEnd(key).outcome()).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                assertThat(failed.failure().reason()).isEqualTo(Reason.REFRESH_FAILED);
                assertThat(failed.failure().message()).doesNotContain("sesame");
            });
        }
        runs.start(request("exception in admission", DUE, identity -> {
            throw new IllegalStateException();
        }));
        awaitEnd("exception in admission");
    }

    @Test
    void aPasswordThatJustChangedMayNotBeKnownToTheServerYet() {
        ConnectionSettings wrong = TestSettings.of(database, database.user(), "new");
        runs.start(request("new", () -> new Credentials(wrong, true)));
        assertThat(reason("new")).isEqualTo(Reason.CREDENTIALS_ROTATING);
        runs.start(request("old", () -> new Credentials(wrong, false)));
        assertThat(reason("old")).isEqualTo(Reason.AUTHENTICATION_FAILED);
    }

    @Test
    void cancellingEndsTheRunOnTheServerAndNobodyHearsOfIt() throws SQLException {
        slowView(60);
        runs.start(request("a", DUE));
        awaitRefreshes(1);
        runs.cancel("a");
        assertThat(runs.state("a")).isNull();
        await().atMost(Duration.ofSeconds(20)).until(() -> refreshes() == 0);

        database.execute("UPDATE pace SET seconds = 0, id = 2");
        runs.start(request("a", new Trigger.Manual("after")));
        assertThat(awaitEnd("a").request().trigger()).isEqualTo(new Trigger.Manual("after"));
        assertThat(news).containsExactly("a");
        assertThat(database.scalar("SELECT id FROM v")).isEqualTo("2");
    }

    @Test
    void aRunThatWaitsForTheViewIsCancelledToo() throws Exception {
        Refreshing.createSlowView(database);
        try (var holder = database.connect()) {
            holder.setAutoCommit(false);
            Refreshing.scalar(holder, "SELECT count(*) FROM v");
            runs.start(new RunRequest<>(
                    "a",
                    1,
                    DUE,
                    null,
                    this::credentials,
                    new DeclaredView(
                            new ViewName("public", "v"),
                            RefreshMode.STANDARD,
                            new RefreshBounds(Duration.ofMillis(100), Duration.ofMinutes(5))),
                    RunsTest::anybody,
                    null));
            await().until(() -> "1".equals(ours()));
            runs.cancel("a");
            await().atMost(Duration.ofSeconds(20)).until(() -> "0".equals(ours()));
            holder.rollback();
        }
        assertThat(news).isEmpty();
    }

    @Test
    void oneDatabaseHasAtMostTwoRefreshesEvenOfSeveralUsers() throws SQLException {
        slowView(1);
        try (TestRole member = TestRole.create(database, "member")) {
            database.executeAsSuperuser("GRANT %s TO %s".formatted(database.user(), member.name()));
            ConnectionSettings theirs = TestSettings.of(database, member.name(), member.password());
            for (int i = 1; i <= 4; i++) {
                database.execute(
                        "CREATE MATERIALIZED VIEW v%d AS SELECT id, pg_sleep(seconds)::text AS slept FROM pace WITH NO DATA"
                                .formatted(i));
                String key = "v" + i;
                ConnectionSettings settings = i % 2 == 0 ? theirs : TestSettings.of(database);
                runs.start(new RunRequest<>(
                        key,
                        1,
                        DUE,
                        null,
                        () -> new Credentials(settings, false),
                        new DeclaredView(new ViewName("public", key), RefreshMode.STANDARD, Refreshing.BOUNDS),
                        RunsTest::anybody,
                        null));
            }
            int most = 0;
            Instant end = Instant.now().plusSeconds(60);
            while (news.size() < 4 && Instant.now().isBefore(end)) {
                most = Math.max(most, refreshes());
            }
            assertThat(news).hasSize(4);
            assertThat(most).isEqualTo(2);
            for (int i = 1; i <= 4; i++) {
                assertThat(awaitEnd("v" + i).outcome()).isInstanceOf(Outcome.Refreshed.class);
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
                runs.start(request(key, () -> new Credentials(settings, false)));
            }
            await().until(() -> silence.connections() == 50);
            Instant start = Instant.now();
            runs.start(request("healthy", DUE));
            assertThat(awaitEnd("healthy").outcome()).isInstanceOf(Outcome.Refreshed.class);
            assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(15));
            assertThat(silent).allSatisfy(key -> assertThat(runs.state(key)).isInstanceOf(State.UnderWay.class));

            Instant closing = Instant.now();
            runs.stop(Duration.ZERO, Duration.ZERO);
            assertThat(Duration.between(closing, Instant.now())).isLessThan(Duration.ofSeconds(20));
            assertThat(news).containsExactly("healthy");
        }
    }

    @Test
    void stoppingLetsARunEndAndWaitsUntilItIsRecorded() throws Exception {
        slowView(2);
        runs.start(request("a", DUE));
        awaitRefreshes(1);
        Thread stopping = Thread.ofVirtual().start(() -> runs.stop(Duration.ofMinutes(1), Duration.ZERO));
        State.Ended<String> ended = awaitEnd("a");
        assertThat(ended.outcome()).isInstanceOf(Outcome.Refreshed.class);
        assertThat(stopping.isAlive()).as("waits for the acknowledgement").isTrue();
        runs.acknowledge(ended);
        assertThat(stopping.join(Duration.ofSeconds(20))).isTrue();

        runs.start(request("b", DUE));
        assertThat(runs.state("b")).as("nothing begins any more").isNull();
    }

    @Test
    void stoppingEndsOnTheServerWhatTakesLongerAndCallsItInterrupted() throws Exception {
        slowView(60);
        runs.start(request("a", DUE));
        awaitRefreshes(1);
        Thread stopping = Thread.ofVirtual().start(() -> runs.stop(Duration.ofMillis(300), Duration.ofMinutes(1)));
        assertThat(reason("a")).isEqualTo(Reason.INTERRUPTED);
        await().atMost(Duration.ofSeconds(20)).until(() -> refreshes() == 0);
        assertThat(stopping.isAlive()).as("waits for the acknowledgement").isTrue();
        runs.acknowledge(awaitEnd("a"));
        assertThat(stopping.join(Duration.ofSeconds(20))).isTrue();
    }

    @Test
    void stoppingForgetsWhatWaitsForItsTurn() throws Exception {
        slowView(4);
        for (String view : List.of("v1", "v2")) {
            database.execute("CREATE MATERIALIZED VIEW %s AS SELECT id, pg_sleep(seconds)::text FROM pace WITH NO DATA"
                    .formatted(view));
            runs.start(standard(view));
        }
        awaitRefreshes(2);
        runs.start(request("queued", DUE));
        assertThat(runs.state("queued")).isNotNull();
        runs.stop(Duration.ofMillis(100), Duration.ZERO);
        assertThat(runs.state("queued")).isNull();
        assertThat(runs.state("v1")).isNotNull();
        await().atMost(Duration.ofSeconds(20)).until(() -> refreshes() == 0);
        assertThat(database.scalar("SELECT id FROM v")).isEqualTo("1");
    }

    @Test
    void aRunWhoseTurnComesTooLateIsNotRun() throws SQLException {
        slowView(3);
        for (String view : List.of("v1", "v2")) {
            database.execute("CREATE MATERIALIZED VIEW %s AS SELECT id, pg_sleep(seconds)::text FROM pace WITH NO DATA"
                    .formatted(view));
            runs.start(standard(view));
        }
        awaitRefreshes(2);
        database.execute("UPDATE pace SET seconds = 0, id = 2");
        runs.start(due("late", Instant.now().plusMillis(500)));
        runs.start(due("in time", Instant.now().plusSeconds(600)));
        assertThat(awaitEnd("late").outcome()).isInstanceOf(Outcome.Missed.class);
        assertThat(awaitEnd("in time").outcome()).isInstanceOf(Outcome.Refreshed.class);
    }

    @Test
    void aRunWhosePermissionEndsMeanwhileIsNotCommitted() throws SQLException {
        slowView(1);
        database.execute("UPDATE pace SET id = 2");
        runs.start(request("a", DUE));
        awaitRefreshes(1);
        permitted = false;
        assertThat(reason("a")).isEqualTo(Reason.INTERRUPTED);
        assertThat(database.scalar("SELECT id FROM v")).isEqualTo("1");

        runs.start(request("b", DUE));
        await().until(() -> runs.state("b") == null);
        assertThat(database.scalar("SELECT id FROM v")).isEqualTo("1");
    }

    @Test
    void aRunThatIsCancelledAsItStartsDoesNotGoOn() {
        var underWay = new AtomicInteger();
        Credentials.Source endless = () -> {
            underWay.incrementAndGet();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            underWay.decrementAndGet();
            throw new FailureException(new Failure(Reason.SECRET_MISSING, "no longer needed"));
        };
        for (int i = 0; i < 2_000; i++) {
            Thread canceller = Thread.ofVirtual().start(() -> runs.cancel("a"));
            runs.start(request("a", endless));
            runs.cancel("a");
            assertThat(canceller).isNotNull();
        }
        runs.cancel("a");
        await().atMost(Duration.ofSeconds(20)).until(() -> underWay.get() == 0);
    }

    private RunRequest<String> due(String key, Instant latestStart) {
        return new RunRequest<>(
                key,
                1,
                DUE,
                latestStart,
                this::credentials,
                new DeclaredView(new ViewName("public", "v"), RefreshMode.STANDARD, Refreshing.BOUNDS),
                RunsTest::anybody,
                null);
    }

    private RunRequest<String> standard(String view) {
        return new RunRequest<>(
                view,
                1,
                DUE,
                null,
                this::credentials,
                new DeclaredView(new ViewName("public", view), RefreshMode.STANDARD, Refreshing.BOUNDS),
                RunsTest::anybody,
                null);
    }

    @SuppressWarnings("UnusedVariable")
    private static @Nullable Failure anybody(ViewIdentity identity) {
        return null;
    }

    private RunRequest<String> request(String key, Trigger trigger) {
        return request(key, trigger, RunsTest::anybody);
    }

    private RunRequest<String> request(
            String key, Trigger trigger, Function<ViewIdentity, @Nullable Failure> admission) {
        return new RunRequest<>(
                key,
                1,
                trigger,
                null,
                this::credentials,
                new DeclaredView(new ViewName("public", "v"), RefreshMode.CONCURRENT, Refreshing.BOUNDS),
                admission,
                null);
    }

    private static RunRequest<String> request(String key, Credentials.Source credentials) {
        return new RunRequest<>(
                key,
                1,
                DUE,
                null,
                credentials,
                new DeclaredView(new ViewName("public", "v"), RefreshMode.CONCURRENT, Refreshing.BOUNDS),
                RunsTest::anybody,
                null);
    }

    private Credentials credentials() {
        return new Credentials(TestSettings.of(database), false);
    }

    private void slowView(int seconds) throws SQLException {
        Refreshing.createSlowView(database);
        database.execute("UPDATE pace SET seconds = " + seconds);
    }

    private Reason reason(String key) {
        return ((Outcome.Failed) awaitEnd(key).outcome()).failure().reason();
    }

    private State.Ended<String> awaitEnd(String key) {
        await().atMost(Duration.ofSeconds(60)).until(() -> news.contains(key));
        return await().until(
                        () -> runs.state(key) instanceof State.Ended<String> ended ? ended : null, Objects::nonNull);
    }

    private void awaitRefreshes(int count) {
        await().atMost(Duration.ofSeconds(20)).until(() -> refreshes() == count);
    }

    private int refreshes() throws SQLException {
        return Integer.parseInt(String.valueOf(database.server()
                .scalar(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = ? AND query LIKE 'REFRESH%'"
                                + " AND state = 'active'",
                        database.name())));
    }

    private @Nullable String ours() throws SQLException {
        return database.server()
                .scalar(
                        "SELECT count(*) FROM pg_stat_activity"
                                + " WHERE datname = ? AND application_name = 'matview-operator'",
                        database.name());
    }
}
