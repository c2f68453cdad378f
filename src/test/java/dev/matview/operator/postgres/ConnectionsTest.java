package dev.matview.operator.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.Reason;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.PostgresServer;
import dev.matview.operator.testing.Servers;
import dev.matview.operator.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who shares connections with whom, and for how long. */
@DatabaseTest(Servers.OLDEST_AND_NEWEST)
class ConnectionsTest {
    private static final String OURS =
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'matview-operator' AND datname = ?";
    private static final Duration LONG = Duration.ofMinutes(5);

    private final TestDatabase database;
    private final ConnectionSettings settings;

    ConnectionsTest(TestDatabase database) {
        this.database = database;
        this.settings = TestSettings.of(database);
    }

    @Test
    void equalSettingsShareConnectionsAndAnotherPasswordDoesNot() throws Exception {
        try (Connections connections = connections(LONG)) {
            String pid = pid(connections, settings);
            assertThat(pid(connections, TestSettings.of(database))).isEqualTo(pid);

            ConnectionSettings wrong = TestSettings.of(database, database.user(), "wrong");
            assertThat(Failures.of(() -> connections.open(wrong).close()).reason())
                    .isEqualTo(Reason.AUTHENTICATION_FAILED);
            ConnectionSettings otherAuthority = TestSettings.of(
                    database,
                    TestSettings.tls(settings.tls().mode(), AnotherAuthority.PEM),
                    TestSettings.at(database.server()));
            assertThat(Failures.of(() -> connections.open(otherAuthority).close())
                            .reason())
                    .isEqualTo(Reason.TLS_FAILED);
            assertThat(pid(connections, settings)).isEqualTo(pid);
            assertThat(ours()).isEqualTo("1");
        }
    }

    @Test
    void onePoolHasNeverMoreThanTwoConnections() throws Exception {
        try (TcpProxy proxy = TcpProxy.to(TestSettings.at(database.server()));
                Connections connections = connections(LONG);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var results = new ArrayList<Future<?>>();
            for (int i = 0; i < 8; i++) {
                results.add(threads.submit(() -> {
                    try (Lease lease = connections.open(TestSettings.of(database, proxy.address()))) {
                        return Refreshing.scalar(lease.connection(), "SELECT pg_sleep(0.1)");
                    }
                }));
            }
            for (Future<?> result : results) {
                result.get(60, TimeUnit.SECONDS);
            }
            assertThat(proxy.connections()).isLessThanOrEqualTo(2);
        }
    }

    @Test
    void nothingIsLeftOnTheServerAWhileAfterTheLastUse() throws Exception {
        try (Connections connections = connections(Duration.ofMillis(500))) {
            pid(connections, settings);
            await().atMost(Duration.ofSeconds(20)).until(() -> "0".equals(ours()));
            pid(connections, settings);
            await().atMost(Duration.ofSeconds(20)).until(() -> "0".equals(ours()));
        }
    }

    @Test
    void whoIsStillWorkingKeepsTheConnectionBeyondTheIdleTime() throws Exception {
        try (Connections connections = connections(Duration.ofMillis(100));
                Lease lease = connections.open(settings)) {
            pid(connections, settings);
            assertThat(Refreshing.scalar(lease.connection(), "SELECT 1 FROM pg_sleep(1)"))
                    .isEqualTo("1");
        }
    }

    @Test
    void aSecondLoginThatFailsLeavesTheFirstConnectionAlone() throws Exception {
        database.executeAsSuperuser("ALTER ROLE %s CONNECTION LIMIT 1".formatted(database.user()));
        try (Connections connections = new Connections(TestSettings.policy(Duration.ofSeconds(1)), LONG);
                Lease first = connections.open(settings);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            first.connection().setNetworkTimeout(Runnable::run, (int)
                    Duration.ofSeconds(30).toMillis());
            Future<@Nullable String> working =
                    threads.submit(() -> Refreshing.scalar(first.connection(), "SELECT 1 FROM pg_sleep(3)"));
            Failure failure = Failures.of(() -> connections.open(settings).close());
            assertThat(failure.reason()).isEqualTo(Reason.TOO_MANY_CONNECTIONS);
            assertThat(working.get(30, TimeUnit.SECONDS)).isEqualTo("1");
            assertThat(Refreshing.scalar(first.connection(), "SELECT 2")).isEqualTo("2");
        }
    }

    @Test
    void whoNoLongerWantsToWaitGivesThePlaceBack() throws Exception {
        try (Connections connections = connections(LONG)) {
            try (Lease first = connections.open(settings);
                    Lease second = connections.open(settings);
                    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                assertThat(List.of(
                                first.connection().isValid(5),
                                second.connection().isValid(5)))
                        .containsOnly(true);
                Future<Lease> third = threads.submit(() -> connections.open(settings));
                await().during(Duration.ofMillis(200)).until(() -> !third.isDone());
                third.cancel(true);
                await().until(third::isDone);
            }
            try (Lease first = connections.open(settings);
                    Lease second = connections.open(settings)) {
                assertThat(first.connection()).isNotSameAs(second.connection());
            }
        }
    }

    @Test
    void closingEndsAllConnectionsAlsoThoseInUse() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Connections connections = connections(LONG);
            Lease lease = connections.open(settings);
            Future<@Nullable String> working =
                    threads.submit(() -> Refreshing.scalar(lease.connection(), "SELECT pg_sleep(60)"));
            await().until(() -> "1"
                    .equals(database.server()
                            .scalar(
                                    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND datname = ?",
                                    database.name())));
            connections.close();
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> working.get(30, TimeUnit.SECONDS))
                    .withCauseInstanceOf(SQLException.class);
            lease.close();
            database.server()
                    .scalar(
                            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)'"
                                    + " AND datname = ?",
                            database.name());
            await().until(() -> "0".equals(ours()));
        }
    }

    @Test
    void aStandbyIsNotRefreshedAndAmongSeveralHostsThePrimaryIsFound() throws Exception {
        database.execute("CREATE MATERIALIZED VIEW v AS SELECT 1 AS id");
        var view = new ViewName("public", "v");
        try (PostgresServer standby = database.server().standby();
                TcpProxy proxy = TcpProxy.to(TestSettings.at(database.server()));
                Connections connections = connections(LONG)) {
            HostPort primaryAt = proxy.address();
            HostPort standbyAt = TestSettings.at(standby);
            try (Lease lease = connections.open(TestSettings.of(database, standbyAt))) {
                Failure failure = Failures.of(() -> Catalog.inspect(lease.connection(), view, standbyAt.toString()));
                assertThat(failure.reason()).isEqualTo(Reason.NOT_PRIMARY);
                assertThat(failure.message()).contains(standbyAt.toString(), "is a standby");
            }
            // Somebody else's failure says nothing about the server.
            ConnectionSettings wrong =
                    TestSettings.with(TestSettings.of(database, primaryAt), database.user(), "wrong");
            assertThat(Failures.of(() -> connections.open(wrong).close()).reason())
                    .isEqualTo(Reason.AUTHENTICATION_FAILED);
            try (Lease lease = connections.open(TestSettings.of(database, standbyAt, primaryAt))) {
                assertThat(Refreshing.scalar(lease.connection(), "SELECT pg_is_in_recovery()"))
                        .isEqualTo("f");
                assertThat(Catalog.inspect(lease.connection(), view, "any").populated())
                        .isTrue();
            }
            Failure failure = Failures.of(() -> connections
                    .open(TestSettings.of(database, standbyAt, new HostPort("localhost", standby.port())))
                    .close());
            assertThat(failure.reason()).isEqualTo(Reason.NOT_PRIMARY);
        }
    }

    private static Connections connections(Duration idle) {
        return new Connections(TestSettings.policy(Duration.ofSeconds(20)), idle);
    }

    private static @Nullable String pid(Connections connections, ConnectionSettings settings) throws Exception {
        try (Lease lease = connections.open(settings)) {
            return Refreshing.scalar(lease.connection(), "SELECT pg_backend_pid()");
        }
    }

    private @Nullable String ours() throws SQLException {
        return database.server().scalar(OURS, database.name());
    }
}
