package dev.matview.operator.refresh;

import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Connections;
import dev.matview.operator.postgres.DeclaredView;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.TestSettings;
import dev.matview.operator.postgres.ViewIdentity;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The runs of one test: requests for views of its database, and what comes of them. */
final class TestRuns implements AutoCloseable {
    private static final Trigger DUE = new Trigger.Schedule(Instant.parse("2026-01-01T00:00:00Z"));

    private final TestDatabase database;
    private final Connections connections = TestSettings.connections();
    private final Queue<String> news = new ConcurrentLinkedQueue<>();
    private final Queue<String> ended = new ConcurrentLinkedQueue<>();
    private volatile boolean permitted = true;
    private final Runs<String> runs = new Runs<>(
            connections,
            new Slots(2, 32),
            Clock.systemUTC(),
            () -> permitted,
            news::add,
            run -> ended.add(run.request().key()));

    TestRuns(TestDatabase database) {
        this.database = database;
    }

    Runs<String> all() {
        return runs;
    }

    /** The keys of those that have ended, each as often as it did. */
    Queue<String> ended() {
        return ended;
    }

    /** The keys of those of which there was news; of one that takes long more than once. */
    Queue<String> news() {
        return news;
    }

    /** From now on nothing may begin or be committed. */
    void forbid() {
        permitted = false;
    }

    @Override
    public void close() {
        runs.stop(Duration.ZERO, Duration.ZERO);
        connections.close();
    }

    RunRequest<String> due(String key, Instant latestStart) {
        return new RunRequest<>(
                key,
                1,
                DUE,
                latestStart,
                this::credentials,
                new DeclaredView(new ViewName("public", "v"), RefreshMode.STANDARD, Refreshing.BOUNDS),
                TestRuns::anybody,
                null);
    }

    RunRequest<String> standard(String view) {
        return new RunRequest<>(
                view,
                1,
                DUE,
                null,
                this::credentials,
                new DeclaredView(new ViewName("public", view), RefreshMode.STANDARD, Refreshing.BOUNDS),
                TestRuns::anybody,
                null);
    }

    @SuppressWarnings("UnusedVariable")
    static @Nullable Failure anybody(ViewIdentity identity) {
        return null;
    }

    RunRequest<String> request(String key, Trigger trigger) {
        return request(key, trigger, TestRuns::anybody);
    }

    RunRequest<String> request(String key, Trigger trigger, Function<ViewIdentity, @Nullable Failure> admission) {
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

    static RunRequest<String> request(String key, Credentials.Source credentials) {
        return new RunRequest<>(
                key,
                1,
                DUE,
                null,
                credentials,
                new DeclaredView(new ViewName("public", "v"), RefreshMode.CONCURRENT, Refreshing.BOUNDS),
                TestRuns::anybody,
                null);
    }

    Credentials credentials() {
        return new Credentials(TestSettings.of(database), false);
    }

    void slowView(int seconds) throws SQLException {
        Refreshing.createSlowView(database);
        database.execute("UPDATE pace SET seconds = " + seconds);
    }

    Reason reason(String key) {
        return ((Outcome.Failed) awaitEnd(key).outcome()).failure().reason();
    }

    RunState.Ended<String> awaitEnd(String key) {
        await().atMost(Duration.ofSeconds(60)).until(() -> news.contains(key));
        return await().until(
                        () -> runs.state(key) instanceof RunState.Ended<String> ended ? ended : null, Objects::nonNull);
    }

    void awaitRefreshes(int count) {
        await().atMost(Duration.ofSeconds(20)).until(() -> refreshes() == count);
    }

    int refreshes() throws SQLException {
        return Integer.parseInt(String.valueOf(database.server()
                .scalar(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = ? AND query LIKE 'REFRESH%'"
                                + " AND state = 'active'",
                        database.name())));
    }

    @Nullable
    String ours() throws SQLException {
        return database.server()
                .scalar(
                        "SELECT count(*) FROM pg_stat_activity"
                                + " WHERE datname = ? AND application_name = 'matview-operator'",
                        database.name());
    }
}
