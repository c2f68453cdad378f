package dev.matview.operator.postgres;

import dev.matview.operator.api.Durations;
import dev.matview.operator.api.FailureClass;
import dev.matview.operator.api.Reason;
import dev.matview.operator.net.Deadline;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * Refreshes one view on one connection: attempt by attempt, each a transaction of its own, until the view is free, it
 * fails for good or the bound is reached. Nothing is kept between attempts, so that a pause holds back no vacuum.
 */
public final class Refresh {
    private static final Logger LOG = Logger.getLogger(Refresh.class);

    /** The one that is most likely in the way: a reader only if there is nobody else, as it blocks a plain refresh alone. */
    private static final String HOLDER = """
            SELECT l.pid, extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)::bigint
            FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
            WHERE l.locktype = 'relation' AND l.relation = ANY (?) AND l.granted AND l.pid <> pg_catalog.pg_backend_pid()
              AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
            ORDER BY l.mode = 'AccessShareLock', 2 DESC NULLS LAST LIMIT 1
            """;

    private final Connection connection;
    private final ViewIdentity identity;
    private final RefreshAttempt attempt;
    private final RefreshBounds bounds;
    private final long startNanos = System.nanoTime();
    private final Deadline end;
    private int attempts;
    private Duration lockWait = Duration.ZERO;

    /** @param attempt of the mode that {@link Preflight} has checked */
    public Refresh(Connection connection, ViewIdentity identity, RefreshAttempt attempt, RefreshBounds bounds) {
        this.connection = connection;
        this.identity = identity;
        this.attempt = attempt;
        this.bounds = bounds;
        this.end = Deadline.in(bounds.refresh());
    }

    /**
     * Runs it to its end.
     *
     * @throws FailureException when it did not succeed; the view is then as before, unless the connection was lost
     *     during a commit, which the message says
     * @throws InterruptedException when the thread is interrupted in a pause
     */
    public RefreshResult run() throws FailureException, InterruptedException {
        Failure inTheWay = null;
        while (true) {
            attempts++;
            Duration before = elapsed();
            Failure failure;
            try {
                return attempt.run(bounds, end).after(attempts, lockWait);
            } catch (SQLException e) {
                failure = StatementFailures.of(e, identity.view());
            } catch (FailureException e) {
                failure = e.failure();
            }
            rollback();
            if (inTheWay != null && failure.reason() == Reason.REFRESH_TIMEOUT && mostOf(before)) {
                throw new FailureException(outOfTime(inTheWay));
            } else if (failure.failureClass() != FailureClass.BUSY) {
                throw new FailureException(failure);
            }
            inTheWay = failure;
            lockWait = elapsed();
            if (end.remaining().compareTo(bounds.pause().plus(bounds.lock())) <= 0) {
                throw new FailureException(outOfTime(failure));
            }
            Thread.sleep(bounds.pause());
            lockWait = elapsed();
        }
    }

    /** How many attempts were made so far. */
    public int attempts() {
        return attempts;
    }

    /** How long others have been in the way so far. */
    public Duration lockWait() {
        return lockWait;
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    /** Whether that is why time is up: what was left for the last attempt would not have been enough for any. */
    private boolean mostOf(Duration spent) {
        return spent.multipliedBy(2).compareTo(bounds.refresh()) > 0;
    }

    private void rollback() {
        try {
            connection.rollback();
        } catch (SQLException e) {
            LOG.debugf("no rollback on a lost connection (%s): the server does it", e.getSQLState());
        }
    }

    private Failure outOfTime(Failure busy) {
        return new Failure(
                busy.reason(),
                busy.message() + " for as long as spec.timeouts.refresh allows ("
                        + Durations.format(bounds.refresh()) + ")"
                        + holder(),
                busy.sqlState());
    }

    private String holder() {
        try (PreparedStatement statement = connection.prepareStatement(HOLDER)) {
            statement.setArray(
                    1, connection.createArrayOf("oid", attempt.relations().toArray()));
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return "";
                }
                String since = row.getString(2) == null
                        ? ""
                        : ", in a transaction since " + Durations.format(Duration.ofSeconds(row.getLong(2)));
                return ": server process " + row.getInt(1) + " holds a lock on it" + since;
            }
        } catch (SQLException e) {
            return "";
        } finally {
            rollback();
        }
    }
}
