package dev.matview.operator.postgres;

import dev.matview.operator.net.Deadline;
import java.sql.SQLException;
import java.util.List;

/**
 * One way to refresh a view. It is tried anew when others were in the way; what an earlier try has committed need not be
 * done again.
 */
public interface RefreshAttempt {
    /**
     * Tries it.
     *
     * @param bounds of the whole refresh
     * @param end of the whole refresh
     * @return what was done; without count of attempts and waits
     * @throws SQLException when the server reports an error; the caller rolls back
     * @throws FailureException when it can't be done, or not now; the caller rolls back
     * @throws InterruptedException when the thread is interrupted in a pause
     */
    RefreshResult run(RefreshBounds bounds, Deadline end) throws SQLException, FailureException, InterruptedException;

    /** The relations ({@code pg_class.oid}) on which it needs locks at present. */
    List<Long> relations();
}
