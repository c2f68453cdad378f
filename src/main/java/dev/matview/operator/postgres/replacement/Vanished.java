package dev.matview.operator.postgres.replacement;

import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.ViewIdentity;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;

/** Tells what went wrong when the catalog was read while somebody dropped or renamed what it was read for. */
final class Vanished {
    /** PostgreSQL's functions that print definitions report an internal error then. */
    private static final String INTERNAL = "XX000";

    private static final Set<String> STATES = Set.of("42P01", "42704", Rows.GONE, INTERNAL);

    private Vanished() {}

    /**
     * What stands for that error: that somebody was faster. The transaction is rolled back.
     *
     * @throws FailureException when the view itself is gone
     * @throws SQLException the error, when it can't have come from that
     */
    static FailureException or(SQLException e, Connection connection, ViewIdentity identity)
            throws SQLException, FailureException {
        String state = String.valueOf(e.getSQLState());
        if (!STATES.contains(state)) {
            throw e;
        }
        connection.rollback();
        Catalog.inspect(connection, identity);
        if (state.equals(INTERNAL)) {
            throw e;
        }
        return new FailureException(LockWindow.changed(identity.view() + " or what reads it"));
    }
}
