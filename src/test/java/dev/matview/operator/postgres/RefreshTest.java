package dev.matview.operator.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Refreshes that go well. */
@DatabaseTest
class RefreshTest {
    private static final ViewName VIEW = new ViewName("public", "v");
    private static final String CONTENT = "SELECT string_agg(v::text, ' ' ORDER BY v::text) FROM v";

    private final TestDatabase database;
    private final Refreshing refreshing;

    RefreshTest(TestDatabase database) {
        this.database = database;
        this.refreshing = new Refreshing(database);
    }

    @ParameterizedTest
    @EnumSource(names = {"STANDARD", "CONCURRENT"})
    void theViewShowsWhatTheTableHolds(RefreshMode mode) throws Exception {
        counted();
        database.execute("INSERT INTO t SELECT generate_series(4, 100)", "DELETE FROM t WHERE id = 1");
        RefreshResult result = refreshing.run(VIEW, mode);
        assertThat(database.scalar("SELECT count(*) || ' ' || min(id) || ' ' || max(id) FROM v"))
                .isEqualTo("99 2 100");
        assertThat(result.mode()).isEqualTo(mode);
        assertThat(result.attempts()).isEqualTo(1);
        assertThat(result.lockWait()).isZero();
        assertThat(result.sizeBytes()).hasToString(database.scalar("SELECT pg_total_relation_size('v')"));
        String rows = database.scalar("SELECT nullif(reltuples, -1)::bigint FROM pg_class WHERE oid = 'v'::regclass");
        assertThat(result.rows() == null ? null : result.rows().toString()).isEqualTo(rows);
    }

    @Test
    void theModeDecidesWhetherReadersAreBlocked() throws Exception {
        counted();
        for (RefreshMode mode : List.of(RefreshMode.STANDARD, RefreshMode.CONCURRENT)) {
            String filenode = database.scalar("SELECT pg_relation_filenode('v')");
            refreshing.run(VIEW, mode);
            assertThat(Objects.equals(filenode, database.scalar("SELECT pg_relation_filenode('v')")))
                    .as("a plain refresh writes a new file, a concurrent one changes rows")
                    .isEqualTo(mode == RefreshMode.CONCURRENT);
        }
    }

    @Test
    void anUnpopulatedViewIsFilled() throws Exception {
        counted();
        database.execute("REFRESH MATERIALIZED VIEW v WITH NO DATA");
        assertThat(refreshing.run(VIEW, RefreshMode.CONCURRENT).mode()).isEqualTo(RefreshMode.STANDARD);
        assertThat(database.scalar(CONTENT)).isEqualTo("(1) (2) (3)");
    }

    @ParameterizedTest
    @EnumSource(names = {"STANDARD", "CONCURRENT"})
    void anyNameIsRefreshedAndNothingElseHappens(RefreshMode mode) throws Exception {
        database.execute("CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)");
        for (String name : OddNames.ALL) {
            var view = new ViewName("public", name);
            if (name.equals("t")) {
                continue;
            }
            database.execute(
                    "CREATE MATERIALIZED VIEW " + view.quoted() + " AS SELECT count(*) AS n FROM t",
                    "CREATE UNIQUE INDEX ON " + view.quoted() + " (n)");
        }
        database.execute("INSERT INTO t VALUES (2)");
        for (String name : OddNames.ALL) {
            var view = new ViewName("public", name);
            refreshing.run(view, mode);
            assertThat(database.scalar("SELECT n FROM " + view.quoted())).isEqualTo("2");
        }
    }

    @Test
    void storageParametersOutliveTheRefresh() throws Exception {
        counted();
        for (String options : List.of(
                "autovacuum_multixact_freeze_min_age = 1000",
                "autovacuum_multixact_freeze_max_age = 100000000",
                "autovacuum_multixact_freeze_table_age = 1000000, fillfactor = 70")) {
            database.execute("ALTER MATERIALIZED VIEW v SET (" + options + ")");
            String before = database.scalar("SELECT reloptions::text FROM pg_class WHERE oid = 'v'::regclass");
            refreshing.run(VIEW, RefreshMode.CONCURRENT);
            assertThat(database.scalar("SELECT reloptions::text FROM pg_class WHERE oid = 'v'::regclass"))
                    .isEqualTo(before);
        }
    }

    @Test
    void nothingOfItsSettingsStaysOnThePooledConnection() throws Exception {
        counted();
        String settings = """
                SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings
                WHERE name IN ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout',
                               'client_connection_check_interval', 'tcp_user_timeout', 'tcp_keepalives_idle')
                """;
        try (Connections connections =
                new Connections(TestSettings.policy(Duration.ofSeconds(20)), Duration.ofSeconds(20))) {
            String before;
            String pid;
            int networkTimeout;
            try (Lease lease = connections.open(TestSettings.of(database))) {
                before = Refreshing.scalar(lease.connection(), settings);
                pid = Refreshing.scalar(lease.connection(), "SELECT pg_backend_pid()");
                networkTimeout = lease.connection().getNetworkTimeout();
                Refreshing.run(lease.connection(), VIEW, RefreshMode.CONCURRENT, Refreshing.BOUNDS);
            }
            try (Lease lease = connections.open(TestSettings.of(database))) {
                assertThat(Refreshing.scalar(lease.connection(), "SELECT pg_backend_pid()"))
                        .isEqualTo(pid);
                assertThat(Refreshing.scalar(lease.connection(), settings)).isEqualTo(before);
                assertThat(lease.connection().getAutoCommit()).isTrue();
                assertThat(lease.connection().getNetworkTimeout()).isEqualTo(networkTimeout);
                assertThat(Refreshing.scalar(
                                lease.connection(),
                                "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'"))
                        .isEqualTo("0");
            }
        }
    }

    @Test
    void aMaintainerWhoOwnsNothingRefreshesFrom17On() throws Exception {
        counted();
        try (var maintainer = TestRole.create(database, "maintainer");
                Connection connection = maintainer.connect()) {
            database.execute("INSERT INTO t VALUES (4)");
            if (database.server().version() < 17) {
                Failure failure =
                        Failures.of(() -> Refreshing.run(connection, VIEW, RefreshMode.STANDARD, Refreshing.BOUNDS));
                assertThat(failure.reason()).isEqualTo(Reason.PERMISSION_DENIED);
                return;
            }
            database.execute("GRANT MAINTAIN ON v TO " + maintainer.name());
            Refreshing.run(connection, VIEW, RefreshMode.CONCURRENT, Refreshing.BOUNDS);
            assertThat(database.scalar(CONTENT)).isEqualTo("(1) (2) (3) (4)");
        }
    }

    private void counted() throws SQLException {
        database.execute(
                "CREATE TABLE t (id int)",
                "INSERT INTO t VALUES (1), (2), (3)",
                "CREATE MATERIALIZED VIEW v AS SELECT id FROM t",
                "CREATE UNIQUE INDEX v_key ON v (id)");
    }
}
