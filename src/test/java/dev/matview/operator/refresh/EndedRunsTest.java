package dev.matview.operator.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.DeclaredView;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.Servers;
import dev.matview.operator.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs that are cancelled, stopped, or no longer permitted. */
@DatabaseTest(Servers.OLDEST_AND_NEWEST)
class EndedRunsTest {
    private static final Trigger DUE = new Trigger.Schedule(Instant.parse("2026-01-01T00:00:00Z"));

    private final TestDatabase database;
    private final TestRuns runs;

    EndedRunsTest(TestDatabase database) {
        this.database = database;
        this.runs = new TestRuns(database);
    }

    @AfterEach
    void close() {
        runs.close();
    }

    @Test
    void cancellingEndsTheRunOnTheServerAndNobodyHearsOfIt() throws SQLException {
        runs.slowView(60);
        runs.all().start(runs.request("a", DUE));
        runs.awaitRefreshes(1);
        runs.all().cancel("a");
        assertThat(runs.all().state("a")).isNull();
        await().atMost(Duration.ofSeconds(20)).until(() -> runs.refreshes() == 0);

        database.execute("UPDATE pace SET seconds = 0, id = 2");
        runs.all().start(runs.request("a", new Trigger.Manual("after")));
        assertThat(runs.awaitEnd("a").request().trigger()).isEqualTo(new Trigger.Manual("after"));
        assertThat(runs.ended()).containsExactly("a");
        assertThat(database.scalar("SELECT id FROM v")).isEqualTo("2");
    }

    @Test
    void aRunThatWaitsForTheViewIsCancelledToo() throws Exception {
        Refreshing.createSlowView(database);
        try (var holder = database.connect()) {
            holder.setAutoCommit(false);
            Refreshing.scalar(holder, "SELECT count(*) FROM v");
            runs.all()
                    .start(new RunRequest<>(
                            "a",
                            1,
                            DUE,
                            null,
                            runs::credentials,
                            new DeclaredView(
                                    new ViewName("public", "v"),
                                    RefreshMode.STANDARD,
                                    new RefreshBounds(Duration.ofMillis(100), Duration.ofMinutes(5))),
                            TestRuns::anybody,
                            null));
            await().until(() -> "1".equals(runs.ours()));
            runs.all().cancel("a");
            await().atMost(Duration.ofSeconds(20)).until(() -> "0".equals(runs.ours()));
            holder.rollback();
        }
        assertThat(runs.news()).isEmpty();
        assertThat(runs.ended()).isEmpty();
    }

    @Test
    void stoppingLetsARunEndAndWaitsUntilItIsRecorded() throws Exception {
        runs.slowView(2);
        runs.all().start(runs.request("a", DUE));
        runs.awaitRefreshes(1);
        Thread stopping = Thread.ofVirtual().start(() -> runs.all().stop(Duration.ofMinutes(1), Duration.ZERO));
        RunState.Ended<String> ended = runs.awaitEnd("a");
        assertThat(ended.outcome()).isInstanceOf(Outcome.Refreshed.class);
        assertThat(stopping.isAlive()).as("waits for the acknowledgement").isTrue();
        runs.all().acknowledge(ended);
        assertThat(stopping.join(Duration.ofSeconds(20))).isTrue();

        runs.all().start(runs.request("b", DUE));
        assertThat(runs.all().state("b")).as("nothing begins any more").isNull();
    }

    @Test
    void stoppingEndsOnTheServerWhatTakesLongerAndCallsItInterrupted() throws Exception {
        runs.slowView(60);
        runs.all().start(runs.request("a", DUE));
        runs.awaitRefreshes(1);
        Thread stopping =
                Thread.ofVirtual().start(() -> runs.all().stop(Duration.ofMillis(300), Duration.ofMinutes(1)));
        assertThat(runs.reason("a")).isEqualTo(Reason.INTERRUPTED);
        await().atMost(Duration.ofSeconds(20)).until(() -> runs.refreshes() == 0);
        assertThat(stopping.isAlive()).as("waits for the acknowledgement").isTrue();
        runs.all().acknowledge(runs.awaitEnd("a"));
        assertThat(stopping.join(Duration.ofSeconds(20))).isTrue();
    }

    @Test
    void stoppingForgetsWhatWaitsForItsTurn() throws Exception {
        runs.slowView(4);
        for (String view : List.of("v1", "v2")) {
            database.execute("CREATE MATERIALIZED VIEW %s AS SELECT id, pg_sleep(seconds)::text FROM pace WITH NO DATA"
                    .formatted(view));
            runs.all().start(runs.standard(view));
        }
        runs.awaitRefreshes(2);
        runs.all().start(runs.request("queued", DUE));
        assertThat(runs.all().state("queued")).isNotNull();
        runs.all().stop(Duration.ofMillis(100), Duration.ZERO);
        assertThat(runs.all().state("queued")).isNull();
        assertThat(runs.all().state("v1")).isNotNull();
        await().atMost(Duration.ofSeconds(20)).until(() -> runs.refreshes() == 0);
        assertThat(database.scalar("SELECT id FROM v")).isEqualTo("1");
    }

    @Test
    void aRunWhosePermissionEndsMeanwhileIsNotCommitted() throws SQLException {
        runs.slowView(1);
        database.execute("UPDATE pace SET id = 2");
        runs.all().start(runs.request("a", DUE));
        runs.awaitRefreshes(1);
        runs.forbid();
        assertThat(runs.reason("a")).isEqualTo(Reason.INTERRUPTED);
        assertThat(database.scalar("SELECT id FROM v")).isEqualTo("1");

        runs.all().start(runs.request("b", DUE));
        await().until(() -> runs.all().state("b") == null);
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
            Thread canceller = Thread.ofVirtual().start(() -> runs.all().cancel("a"));
            runs.all().start(TestRuns.request("a", endless));
            runs.all().cancel("a");
            assertThat(canceller).isNotNull();
        }
        runs.all().cancel("a");
        await().atMost(Duration.ofSeconds(20)).until(() -> underWay.get() == 0);
    }
}
