package dev.matview.operator.postgres;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/**
 * One attempt: bounds for this transaction, the advisory lock, the view held against autovacuum, the refresh, commit.
 * Everything is local to the transaction, so it works through a transaction pooler, and a lost connection undoes all.
 */
final class RefreshTransaction {
    /**
     * The server looks for a client that has vanished while a statement runs, where its system can (PostgreSQL manual,
     * section 19.3.3), and gives up on one whose network swallows packets.
     */
    private static final String BEGIN = """
            SELECT pg_catalog.set_config('lock_timeout', ?, true),
                   pg_catalog.set_config('statement_timeout', ?, true),
                   pg_catalog.set_config('idle_in_transaction_session_timeout', '60s', true),
                   CASE WHEN pg_catalog.version() LIKE '%linux%' THEN
                       pg_catalog.set_config('client_connection_check_interval', '5s', true)
                       || pg_catalog.set_config('tcp_keepalives_idle', '10', true)
                       || pg_catalog.set_config('tcp_keepalives_interval', '5', true)
                       || pg_catalog.set_config('tcp_keepalives_count', '4', true)
                       || pg_catalog.set_config('tcp_user_timeout', '30s', true) END,
                   pg_catalog.pg_try_advisory_xact_lock(?)
            """;

    private static final String AFTERWARDS = """
            SELECT CASE WHEN c.reltuples >= 0 THEN c.reltuples::bigint END, pg_catalog.pg_total_relation_size(c.oid),
                   c.oid, c.relfilenode, c.xmin::text::bigint, pg_catalog.pg_current_xact_id()::text::bigint
            FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass(?)
            """;

    /** Storage parameters that are hardly ever set: resetting one that is not set changes nothing. */
    private static final List<String> RARE_OPTIONS = List.of(
            "autovacuum_multixact_freeze_min_age",
            "autovacuum_multixact_freeze_max_age",
            "autovacuum_multixact_freeze_table_age");

    private final Connection connection;
    private final ViewFacts facts;
    private final RefreshMode mode;
    private final Cancellation cancellation;

    RefreshTransaction(Connection connection, ViewFacts facts, RefreshMode mode, Cancellation cancellation) {
        this.connection = connection;
        this.facts = facts;
        this.mode = mode;
        this.cancellation = cancellation;
    }

    /**
     * @param lock bound on the wait for the lock that the refresh itself takes
     * @param remaining bound on each statement
     * @throws SQLException when the server reports an error; the caller rolls back
     * @throws FailureException of reason RefreshInProgress or Interrupted; the caller rolls back
     */
    RefreshResult run(Duration lock, Duration remaining, int attempt, Duration waited)
            throws SQLException, FailureException {
        long startNanos = System.nanoTime();
        connection.setAutoCommit(false);
        connection.setNetworkTimeout(
                Runnable::run, Math.toIntExact(remaining.plusSeconds(15).toMillis()));
        begin(remaining);
        if (facts.owned()) {
            holdOffAutovacuum();
        }
        execute("SET LOCAL lock_timeout = " + lock.toMillis());
        Duration before = Duration.ofNanos(System.nanoTime() - startNanos);
        execute("REFRESH MATERIALIZED VIEW " + (mode == RefreshMode.CONCURRENT ? "CONCURRENTLY " : "")
                + facts.identity().view().quoted());
        RefreshResult result = result(attempt, attempt == 1 ? Duration.ZERO : waited.plus(before));
        cancellation.commits();
        connection.commit();
        return result;
    }

    private void begin(Duration remaining) throws SQLException, FailureException {
        try (PreparedStatement statement = connection.prepareStatement(BEGIN)) {
            statement.setString(
                    1, Long.toString(RefreshBounds.patience(remaining).toMillis()));
            statement.setString(2, Long.toString(Math.max(1, remaining.toMillis())));
            statement.setLong(3, advisoryKey());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                if (!row.getBoolean(5)) {
                    throw new FailureException(new Failure(
                            Reason.REFRESH_IN_PROGRESS,
                            "another refresh of " + facts.identity().view() + " has been under way"));
                }
            }
        }
    }

    /**
     * Takes a SHARE UPDATE EXCLUSIVE lock, which blocks no reader and is waited for so long that an autovacuum of the
     * view makes way (PostgreSQL manual, section 24.1.6); it would not within the short wait of the refresh itself.
     */
    private void holdOffAutovacuum() throws SQLException {
        for (String option : RARE_OPTIONS) {
            if (!facts.options().contains(option)) {
                execute("ALTER MATERIALIZED VIEW " + facts.identity().view().quoted() + " RESET (" + option + ")");
                return;
            }
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            cancellation.runs(statement);
            statement.execute(sql);
        } finally {
            cancellation.pauses();
        }
    }

    private RefreshResult result(int attempt, Duration lockWait) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(AFTERWARDS)) {
            // By its name, as the refresh: others may have made the view anew since it was looked at.
            statement.setString(1, facts.identity().view().quoted());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                long rows = row.getLong(1);
                Long estimate = row.wasNull() ? null : rows;
                return new RefreshResult(
                        mode,
                        estimate,
                        row.getLong(2),
                        attempt,
                        lockWait,
                        new ViewVersion(row.getLong(3), row.getLong(4), row.getLong(5)),
                        row.getLong(6));
            }
        }
    }

    /** The same for everybody who refreshes this view with this operator's program: two never do at once. */
    private long advisoryKey() {
        String text = "matview.dev\0" + facts.identity().database() + "\0"
                + facts.identity().view().schema() + "\0"
                + facts.identity().view().name();
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
