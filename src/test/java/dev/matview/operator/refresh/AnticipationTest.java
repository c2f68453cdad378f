package dev.matview.operator.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Connections;
import dev.matview.operator.postgres.DeclaredView;
import dev.matview.operator.postgres.PoolUse;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.TestSettings;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.Servers;
import dev.matview.operator.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs that are prepared before their time. */
@DatabaseTest(Servers.OLDEST_AND_NEWEST)
class AnticipationTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration MOMENT = Duration.ofMillis(500);
    private static final int PLACES = 3;

    private final TestDatabase database;
    private final Connections connections =
            new Connections(TestSettings.policy(PATIENCE), Duration.ofMinutes(5), PLACES);
    private final SetClock clock = new SetClock();
    private final AtomicInteger ends = new AtomicInteger();
    private final Runs<String> runs =
            new Runs<>(connections, new Slots(PLACES, 32), clock, () -> true, key -> {}, run -> ends.incrementAndGet());
    private final AtomicInteger reads = new AtomicInteger();
    private volatile String password;

    AnticipationTest(TestDatabase database) {
        this.database = database;
        this.password = TestSettings.of(database).password().value();
    }

    @BeforeEach
    void createView() throws SQLException {
        Refreshing.createSlowView(database);
    }

    @AfterEach
    void close() {
        runs.stop(Duration.ZERO, Duration.ZERO);
        connections.close();
    }

    @Test
    void aPreparedRunReadsNoSecretAndAsksNothingTwice() throws Exception {
        Instant time = Instant.now().plusSeconds(3);
        runs.prepare(request("a", 1, time), time, () -> false);
        awaitPrepared(1);
        String process = process();
        password = "changed meanwhile";
        awaitTime(time);
        runs.start(request("a", 1, time));
        assertThat(awaitEnd("a"))
                .isInstanceOfSatisfying(Outcome.Refreshed.class, refreshed -> assertThat(refreshed.startTime())
                        .isAfterOrEqualTo(time));
        assertThat(reads).hasValue(1);
        assertThat(process()).isEqualTo(process);
        assertThat(active()).isZero();
    }

    @Test
    void aRunDepartsByItself() throws Exception {
        Instant time = Instant.now().plusSeconds(2);
        runs.prepare(request("a", 1, time), time, () -> !Instant.now().isBefore(time.minusMillis(100)));
        assertThat(awaitEnd("a"))
                .isInstanceOfSatisfying(Outcome.Refreshed.class, refreshed -> assertThat(refreshed.startTime())
                        .isAfterOrEqualTo(time));
        assertThat(reads).hasValue(1);
        assertThat(active()).isZero();
    }

    @Test
    void whatDepartsAndIsStartedTooIsOneRun() throws Exception {
        Instant time = Instant.now().plusSeconds(2);
        runs.prepare(request("a", 1, time), time, () -> true);
        awaitTime(time);
        runs.start(request("a", 1, time));
        assertThat(awaitEnd("a")).isInstanceOf(Outcome.Refreshed.class);
        await().pollDelay(MOMENT).untilAsserted(() -> assertThat(ends).hasValue(1));
        assertThat(reads).hasValue(1);
    }

    @Test
    void aRunDepartsAlthoughNothingCouldBePrepared() {
        password = "wrong";
        Instant time = Instant.now().plusSeconds(1);
        runs.prepare(request("a", 1, time), time, () -> true);
        assertThat(awaitEnd("a")).isInstanceOf(Outcome.Failed.class);
    }

    @Test
    void whatIsCalledOffOrHasAnotherSpecDoesNotDepart() throws Exception {
        Instant time = Instant.now().plusSeconds(2);
        List<String> others = List.of("called off", "cancelled", "edited");
        for (String key : others) {
            runs.prepare(request(key, 1, time), time, () -> true);
        }
        runs.callOff("called off");
        runs.cancel("cancelled");
        runs.prepare(request("edited", 2, time.plus(PATIENCE)), time.plus(PATIENCE), () -> true);
        runs.prepare(request("departs", 1, time), time, () -> true);
        assertThat(awaitEnd("departs")).isInstanceOf(Outcome.Refreshed.class);
        assertThat(others).allSatisfy(key -> assertThat(runs.state(key)).isNull());
    }

    @Test
    void aClockThatIsSetBackPutsADepartureOff() throws Exception {
        Instant time = Instant.now().plusSeconds(1);
        runs.prepare(request("a", 1, time), time, () -> true);
        clock.back = Duration.ofSeconds(2);
        awaitTime(time.plus(MOMENT));
        assertThat(runs.state("a")).isNull();
        assertThat(awaitEnd("a"))
                .isInstanceOfSatisfying(Outcome.Refreshed.class, refreshed -> assertThat(refreshed.startTime())
                        .isAfterOrEqualTo(time));
        assertThat(Instant.now()).isAfterOrEqualTo(time.plus(clock.back));
    }

    @Test
    void whetherAnythingHasChangedIsAskedAtItsTimeOnTheConnectionThatIsThere() throws Exception {
        Instant time = Instant.now().plusSeconds(3);
        RunRequest<String> request = skipping(request("a", 1, time));
        runs.prepare(request, time, () -> false);
        await().atMost(PATIENCE).until(() -> active() == 1);
        awaitTime(time);
        runs.start(request);
        assertThat(awaitEnd("a")).isInstanceOf(Outcome.Refreshed.class);
        assertThat(reads).hasValue(1);
    }

    @Test
    void aRunThatMayBeSkippedDepartsAtItsTime() {
        Instant time = Instant.now().plusSeconds(2);
        runs.prepare(skipping(request("a", 1, time)), time, () -> !Instant.now().isBefore(time));
        assertThat(awaitEnd("a")).isInstanceOf(Outcome.Refreshed.class);
    }

    @Test
    void whatIsPreparedForAnotherSpecIsNotUsed() throws Exception {
        Instant time = Instant.now().plusSeconds(3);
        runs.prepare(request("a", 1, time), time, () -> false);
        awaitPrepared(1);
        runs.start(request("a", 2, time));
        assertThat(awaitEnd("a")).isInstanceOf(Outcome.Refreshed.class);
        assertThat(reads).hasValue(2);
        assertThat(active()).isZero();
    }

    @Test
    void whatIsNotTakenIsGivenBack() throws Exception {
        Instant time = Instant.now().plusSeconds(1);
        runs.prepare(request("unused", 1, time), time, () -> false);
        await().atMost(PATIENCE).until(() -> reads.get() == 1);
        await().atMost(PATIENCE).until(() -> Instant.now().isAfter(time) && active() == 0);

        Instant later = Instant.now().plus(PATIENCE);
        runs.prepare(request("cancelled", 1, later), later, () -> false);
        runs.prepare(request("gives way", 1, later), later, () -> false);
        awaitPrepared(2);
        runs.cancel("cancelled");
        runs.callOff("gives way");
        await().atMost(PATIENCE).until(() -> active() == 0);
    }

    @Test
    void aConnectionThatWasCutMeanwhileIsReplaced() throws Exception {
        Instant time = Instant.now().plus(PATIENCE);
        runs.prepare(request("a", 1, time), time, () -> false);
        awaitPrepared(1);
        database.server()
                .scalar(
                        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = ?",
                        database.user());
        runs.start(request("a", 1, time));
        assertThat(awaitEnd("a")).isInstanceOf(Outcome.Refreshed.class);
    }

    @Test
    void thereAreNoMoreThanPlacesAndTheOthersStandInNobodysWay() throws Exception {
        Instant time = Instant.now().plusSeconds(4);
        for (int i = 0; i <= PLACES; i++) {
            runs.prepare(request("v" + i, 1, time), time, () -> false);
            runs.prepare(request("v" + i, 1, time), time, () -> false);
        }
        awaitPrepared(PLACES);
        awaitTime(time);
        for (int i = 0; i <= PLACES; i++) {
            runs.start(request("v" + i, 1, time));
        }
        for (int i = 0; i <= PLACES; i++) {
            assertThat(awaitEnd("v" + i)).isNotNull();
        }
        assertThat(ours()).isEqualTo(String.valueOf(PLACES));
        assertThat(active()).isZero();
    }

    @Test
    void whatCanNotBeHadIsLeftForTheRunToTell() {
        password = "wrong";
        Instant time = Instant.now().plusSeconds(1);
        runs.prepare(request("a", 1, time), time, () -> false);
        await().atMost(PATIENCE).until(() -> reads.get() == 1);
        assertThat(runs.state("a")).isNull();
        runs.start(request("a", 1, time));
        assertThat(awaitEnd("a")).isInstanceOfSatisfying(Outcome.Failed.class, failed -> assertThat(
                        failed.failure().reason())
                .isEqualTo(Reason.AUTHENTICATION_FAILED));
    }

    private RunRequest<String> request(String key, long generation, Instant time) {
        return new RunRequest<>(
                key,
                generation,
                new Trigger.Schedule(time),
                null,
                () -> {
                    reads.incrementAndGet();
                    return new Credentials(TestSettings.of(database, database.user(), password), false);
                },
                new DeclaredView(new ViewName("public", "v"), RefreshMode.CONCURRENT, Refreshing.BOUNDS),
                identity -> null,
                null);
    }

    private static RunRequest<String> skipping(RunRequest<String> request) {
        return new RunRequest<>(
                request.key(),
                request.generation(),
                request.trigger(),
                null,
                request.credentials(),
                request.view(),
                request.admission(),
                new SkipPolicy(Duration.ofHours(1), null));
    }

    private static void awaitTime(Instant time) {
        await().atMost(PATIENCE).until(() -> !Instant.now().isBefore(time));
    }

    private Outcome awaitEnd(String key) {
        return await().atMost(PATIENCE)
                .until(
                        () -> runs.state(key) instanceof RunState.Ended<String> ended ? ended.outcome() : null,
                        outcome -> outcome != null);
    }

    /** The last that is asked in advance is what would make refreshes cheaper. */
    private void awaitPrepared(int count) {
        await().atMost(PATIENCE).until(() -> String.valueOf(count)
                .equals(database.server()
                        .scalar(
                                "SELECT count(*) FROM pg_stat_activity WHERE usename = ? AND state = 'idle'"
                                        + " AND query LIKE 'WITH RECURSIVE queries%'",
                                database.user())));
    }

    private @Nullable String process() throws SQLException {
        return database.server().scalar("SELECT min(pid) FROM pg_stat_activity WHERE usename = ?", database.user());
    }

    private int active() {
        return connections.use().stream().mapToInt(PoolUse::active).sum();
    }

    private @Nullable String ours() throws SQLException {
        return database.server().scalar("SELECT count(*) FROM pg_stat_activity WHERE usename = ?", database.user());
    }

    /** The system's clock, until it is set. */
    private static final class SetClock extends Clock {
        private volatile Duration back = Duration.ZERO;

        @Override
        public Instant instant() {
            return Instant.now().minus(back);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return Clock.offset(Clock.system(zone), back.negated());
        }
    }
}
