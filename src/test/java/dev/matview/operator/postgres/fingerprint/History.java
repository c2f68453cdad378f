package dev.matview.operator.postgres.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.testing.PostgresServer;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * What may happen in a database, in any order: whenever a view is said to be unchanged, it must hold what its definition
 * gives at that moment.
 */
final class History implements AutoCloseable {
    private static final List<String> VIEWS = List.of("on_views", "on_partitions", "on_upstream");

    /** Two sessions that write the same row would wait for each other, and this test with them. */
    private static final String LOCK_TIMEOUT = "SET lock_timeout = '50ms'";

    private final Random random;
    private final RandomStatements statements;
    private final String role;
    private final String password;
    private final boolean patient;
    private final List<String> told = new ArrayList<>();
    private final Map<String, Watch> watches = new LinkedHashMap<>();
    private final List<Connection> sessions = new ArrayList<>();
    private PostgresServer server;
    private @Nullable Connection watching;
    private int unchanged;

    /** @param patient whether to wait for sessions that stay, up to 15 seconds each time */
    History(PostgresServer server, TestDatabase database, long seed, boolean patient) throws SQLException {
        this.server = server;
        this.role = database.name();
        this.password = database.password();
        this.random = new Random(seed);
        this.statements = new RandomStatements(random);
        this.patient = patient;
        told.add("seed " + seed);
        database.execute(RandomStatements.SCHEMA.toArray(String[]::new));
        connect();
    }

    /** How often a view was said to be unchanged. */
    int unchanged() {
        return unchanged;
    }

    /** A transaction that was prepared before a refresh is committed after it. */
    void commitPrepared() throws SQLException, FailureException, InterruptedException {
        Watch watch = Objects.requireNonNull(watches.get("on_views"));
        inNewSession("BEGIN; INSERT INTO t VALUES (1000, 1000); PREPARE TRANSACTION 'first'");
        watch.settle();
        inNewSession("COMMIT PREPARED 'first'");
        watch.assertChanged("a prepared transaction", watch.certainVerdict());
        check();
    }

    /** Nothing happens. */
    void rest() throws SQLException, FailureException, InterruptedException {
        tell("rest");
        endSessions();
        for (Map.Entry<String, Watch> entry : watches.entrySet()) {
            entry.getValue().refresh();
            check(entry.getKey(), entry.getValue());
        }
    }

    /** So many things happen. */
    void go(int steps) throws SQLException, FailureException, InterruptedException {
        for (int i = 0; i < steps; i++) {
            happen();
            if (random.nextInt(3) > 0) {
                if (!patient && random.nextInt(4) > 0) {
                    endSessions();
                }
                check();
            }
        }
    }

    /** The server stops as by a power cut, and starts again. */
    void crash() throws SQLException, FailureException, InterruptedException {
        tell("crash");
        server.stopImmediately();
        sessions.clear();
        server.start();
        connect();
        check();
    }

    /** A standby takes over. */
    void promote() throws SQLException, FailureException, InterruptedException {
        tell("promotion");
        endSessions();
        PostgresServer standby = server.standby();
        String end = Objects.requireNonNull(server.scalar("SELECT pg_current_wal_flush_lsn()"));
        await().until(() -> "t".equals(standby.scalar("SELECT pg_last_wal_replay_lsn() >= ?::pg_lsn", end)));
        server.close();
        server = standby;
        server.execute("SELECT pg_promote()");
        await().until(() -> "f".equals(server.scalar("SELECT pg_is_in_recovery()")));
        connect();
        check();
    }

    @Override
    public void close() {
        server.close();
    }

    private void connect() throws SQLException {
        Connection connection = server.connect(role, password, role);
        watching = connection;
        VIEWS.forEach(
                view -> watches.merge(view, new Watch(connection, view), (before, fresh) -> before.on(connection)));
    }

    private void check() throws SQLException, FailureException, InterruptedException {
        for (Map.Entry<String, Watch> entry : watches.entrySet()) {
            check(entry.getKey(), entry.getValue());
        }
    }

    private void check(String view, Watch watch) throws SQLException, FailureException, InterruptedException {
        Verdict verdict = !watch.keeps()
                ? new Verdict.Changed()
                : patient && random.nextInt(10) == 0 ? watch.certainVerdict() : watch.verdict();
        if (verdict instanceof Verdict.Unchanged same) {
            unchanged++;
            assertThat(content(view))
                    .as("%s is unchanged after %s", view, told)
                    .isEqualTo(content("(" + definition(view) + ")"));
            if (random.nextBoolean()) {
                watch.keep(same);
            }
        } else if (random.nextInt(3) > 0) {
            watch.refresh();
            tell("refreshed " + view);
        }
    }

    private String content(String source) throws SQLException {
        return scalar("SELECT coalesce(string_agg(x::text, ' ' ORDER BY x::text), '') FROM " + source + " AS x");
    }

    private String definition(String view) throws SQLException {
        return scalar("SELECT rtrim(pg_get_viewdef('" + view + "'::regclass), ';')");
    }

    private void happen() throws SQLException {
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4 -> write(session());
            case 5 -> endSessions();
            case 6 -> asSuperuser(statements.ofSuperusers());
            default -> inNewSession(statements.any());
        }
    }

    /** Through a session that stays, in a transaction that may stay open. */
    private void write(Connection session) throws SQLException {
        boolean open = !session.getAutoCommit();
        if (open) {
            boolean commit = random.nextBoolean();
            tell("session " + sessions.indexOf(session) + (commit ? " commits" : " rolls back"));
            if (commit) {
                session.commit();
            } else {
                session.rollback();
            }
            session.setAutoCommit(true);
        } else {
            String change = statements.change();
            boolean stay = random.nextInt(3) == 0;
            tell("session " + sessions.indexOf(session) + (stay ? " begins " : " does ") + change);
            session.setAutoCommit(!stay);
            execute(session, change);
        }
    }

    private Connection session() throws SQLException {
        if (sessions.size() < 3) {
            Connection session = server.connect(role, password, role);
            execute(session, LOCK_TIMEOUT);
            sessions.add(session);
        }
        return sessions.get(random.nextInt(sessions.size()));
    }

    private void endSessions() throws SQLException {
        tell("sessions end");
        for (Connection session : sessions) {
            session.close();
        }
        sessions.clear();
    }

    private void inNewSession(String sql) throws SQLException {
        try (Connection session = server.connect(role, password, role)) {
            tell(sql);
            execute(session, LOCK_TIMEOUT);
            execute(session, sql);
        }
    }

    private void asSuperuser(String sql) throws SQLException {
        try (Connection session = server.connect(server.user(), server.password(), role)) {
            tell(sql);
            execute(session, sql);
        }
    }

    /** What does not fit the moment, such as a partition that is there already, does not happen. */
    private void execute(Connection session, String sql) throws SQLException {
        try (Statement statement = session.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            tell("(" + e.getSQLState() + ")");
            if (!session.getAutoCommit()) {
                session.rollback();
                session.setAutoCommit(true);
            }
        }
    }

    private String scalar(String query) throws SQLException {
        return String.valueOf(Refreshing.scalar(Objects.requireNonNull(watching), query));
    }

    private void tell(String what) {
        told.add(what);
        if (told.size() > 60) {
            told.remove(1);
        }
    }
}
