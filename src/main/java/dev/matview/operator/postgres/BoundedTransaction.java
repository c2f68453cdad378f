package dev.matview.operator.postgres;

import dev.matview.operator.api.Reason;
import dev.matview.operator.net.Deadline;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A transaction about one view, with bounds and the view's advisory lock. Everything is local to it, so it works through
 * a transaction pooler, and a connection lost before the commit undoes all. Whoever opens it commits, or rolls back on any exception.
 */
public final class BoundedTransaction {
    /** Storage parameters that are hardly ever set: resetting one that is not set changes nothing. */
    private static final List<String> RARE_OPTIONS = List.of(
            "autovacuum_multixact_freeze_min_age",
            "autovacuum_multixact_freeze_max_age",
            "autovacuum_multixact_freeze_table_age");

    private final Connection connection;
    private final ViewIdentity identity;
    private final Cancellation cancellation;
    private final List<String> executed = new ArrayList<>();

    private BoundedTransaction(Connection connection, ViewIdentity identity, Cancellation cancellation) {
        this.connection = connection;
        this.identity = identity;
        this.cancellation = cancellation;
    }

    /**
     * Begins it.
     *
     * @param end bound on each statement
     * @throws FailureException of reason RefreshInProgress when somebody else has the advisory lock
     */
    public static BoundedTransaction begin(
            Connection connection, ViewIdentity identity, Deadline end, Cancellation cancellation)
            throws SQLException, FailureException {
        var transaction = new BoundedTransaction(connection, identity, cancellation);
        transaction.begin(end);
        return transaction;
    }

    /** Begins it and runs such statements as {@link #execute(List)} does, in one round trip for all. */
    static BoundedTransaction begin(
            Connection connection,
            ViewIdentity identity,
            Deadline end,
            Cancellation cancellation,
            List<String> statements)
            throws SQLException, FailureException {
        var transaction = new BoundedTransaction(connection, identity, cancellation);
        transaction.begin(end, statements);
        return transaction;
    }

    private void begin(Deadline end) throws SQLException, FailureException {
        var lock = new AdvisoryLock(identity);
        open(end);
        try (Statement statement = connection.createStatement()) {
            statement.execute(beginning(end.remaining(), lock.attempt()));
            statement.getMoreResults();
            try (ResultSet row = statement.getResultSet()) {
                row.next();
                if (!row.getBoolean("locked")) {
                    throw lock.taken();
                }
            }
        }
    }

    private void begin(Deadline end, List<String> statements) throws SQLException, FailureException {
        var lock = new AdvisoryLock(identity);
        open(end);
        try {
            run(Stream.concat(Stream.of(beginning(end.remaining(), lock.demand())), statements.stream()));
            executed.addAll(statements);
        } catch (SQLException e) {
            if (lock.isRefused(e)) {
                throw lock.taken();
            }
            throw e;
        }
    }

    private void open(Deadline end) throws SQLException {
        connection.setAutoCommit(false);
        connection.setNetworkTimeout(
                Runnable::run, Math.toIntExact(Math.max(0, end.remaining().toMillis()) + 15_000));
    }

    /**
     * Under another level the transaction would not see what others commit while it waits for a lock. The server looks
     * for a client that has vanished while a statement runs, where its system can (PostgreSQL manual, section 19.3.3),
     * and gives up on one whose network swallows packets. A bound of the session on whole transactions, from
     * PostgreSQL 17, gives way to the one on each statement.
     */
    private static String beginning(Duration bound, String lock) {
        return """
                SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
                SELECT pg_catalog.set_config('lock_timeout', '%s', true),
                       pg_catalog.set_config('statement_timeout', '%s', true),
                       pg_catalog.set_config('idle_in_transaction_session_timeout', '60s', true),
                       CASE WHEN pg_catalog.current_setting('server_version_num')::int >= 170000 THEN
                           pg_catalog.set_config('transaction_timeout', '0', true) END,
                       CASE WHEN pg_catalog.version() LIKE '%%linux%%' THEN
                           pg_catalog.set_config('client_connection_check_interval', '5s', true)
                           || pg_catalog.set_config('tcp_keepalives_idle', '10', true)
                           || pg_catalog.set_config('tcp_keepalives_interval', '5', true)
                           || pg_catalog.set_config('tcp_keepalives_count', '4', true)
                           || pg_catalog.set_config('tcp_user_timeout', '30s', true) END,
                       %s AS locked
                """.formatted(RefreshBounds.patience(bound).toMillis(), Math.max(1, bound.toMillis()), lock);
    }

    public Connection connection() {
        return connection;
    }

    public ViewIdentity identity() {
        return identity;
    }

    /** Runs a statement that nobody else's text is part of but by {@link ViewName} or the server's own quoting. */
    public void execute(String sql) throws SQLException {
        execute(List.of(sql));
    }

    /**
     * Runs such statements in one round trip, one after the other up to the first that fails, each with the bounds for
     * itself.
     */
    void execute(List<String> statements) throws SQLException {
        run(statements.stream());
        executed.addAll(statements);
    }

    private void run(Stream<String> statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            cancellation.runs(statement);
            statement.execute(statements.collect(Collectors.joining(";")));
        } finally {
            cancellation.pauses();
        }
    }

    /** The statements that it was given and has run so far. */
    public List<String> executed() {
        return List.copyOf(executed);
    }

    /** Runs {@link #holdingOffAutovacuum}. */
    public void holdOffAutovacuum(ViewName view, List<String> options) throws SQLException {
        Optional<String> statement = holdingOffAutovacuum(view, options);
        if (statement.isPresent()) {
            execute(statement.get());
        }
    }

    /**
     * A statement that takes a SHARE UPDATE EXCLUSIVE lock, which blocks no reader and is waited for so long that an
     * autovacuum of the view makes way (PostgreSQL manual, section 24.1.6); it would not within a short wait for a
     * stronger lock. Changes nothing.
     *
     * @param options names of the storage parameters that are set on the view
     * @return empty for a view on which there is nothing to reset
     */
    static Optional<String> holdingOffAutovacuum(ViewName view, List<String> options) {
        return RARE_OPTIONS.stream()
                .filter(option -> !options.contains(option))
                .findFirst()
                .map(option -> "ALTER MATERIALIZED VIEW " + view.quoted() + " RESET (" + option + ")");
    }

    /**
     * Commits.
     *
     * @throws FailureException of reason Interrupted, when the operator may no longer change anything; of reason
     *     Unreachable, when the connection was lost before the server's answer, so that either may have come of it
     */
    public void commit() throws SQLException, FailureException {
        cancellation.commits();
        try {
            connection.commit();
        } catch (SQLException e) {
            Failure failure = StatementFailures.of(e, identity.view());
            if (failure.reason() == Reason.UNREACHABLE) {
                throw new FailureException(StatementFailures.duringCommit(failure));
            }
            throw e;
        }
    }
}
