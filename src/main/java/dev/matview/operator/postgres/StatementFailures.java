package dev.matview.operator.postgres;

import dev.matview.operator.api.Reason;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * What an error of a statement means, by its SQLSTATE (PostgreSQL manual, appendix A). The server's own message, detail
 * and context are left out: they quote rows, and whoever may look at the resource would read them.
 */
public final class StatementFailures {
    private StatementFailures() {}

    /** The failure that stands for an error of a statement about that view. */
    public static Failure of(SQLException e, ViewName view) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        Failure exact = exact(state, e, view);
        if (exact != null) {
            return exact;
        }
        String family = state.length() == 5 ? state.substring(0, 2) : "";
        return switch (family) {
            case "08", "57", "" ->
                new Failure(
                        Reason.UNREACHABLE,
                        "the connection was lost before the server answered: it was stopped or restarted, or the"
                                + " network was cut; the refresh was undone",
                        state.isEmpty() ? null : state);
            case "22" ->
                new Failure(
                        Reason.DATA_ERROR,
                        "the query of " + view + " fails on the data (such as a division by zero, or a value out of"
                                + " range): run it in psql to see the row",
                        state);
            case "23" ->
                new Failure(
                        Reason.DATA_ERROR,
                        "the new content of " + view + " violates " + constraint(e) + ": correct the data or the query",
                        state);
            case "28" ->
                new Failure(Reason.AUTHENTICATION_FAILED, "the server refused the user during the refresh", state);
            case "42" ->
                new Failure(
                        Reason.DEFINITION_BROKEN,
                        "the query of " + view + " no longer works: a function, type or relation that it needs is not"
                                + " found, perhaps because a function relies on search_path; run REFRESH in psql to see",
                        state);
            default ->
                new Failure(
                        Reason.REFRESH_FAILED,
                        "the server reported an error: the server's log tells, or run REFRESH MATERIALIZED VIEW " + view
                                + " in psql",
                        state);
        };
    }

    /** The same failure for a connection that was lost with the commit under way. */
    static Failure duringCommit(Failure lost) {
        return new Failure(
                lost.reason(),
                "the connection was lost while the server committed: whether it did is not known, so the run is tried"
                        + " again, which does no harm if it did",
                lost.sqlState());
    }

    private static @Nullable Failure exact(String state, SQLException e, ViewName view) {
        return switch (state) {
            case "55P03", "40P01" -> new Failure(Reason.VIEW_BUSY, "others hold locks on " + view, state);
            case "40001" -> changed(view, state);
            case "XX000" -> raced(e) ? changed(view, state) : null;
            case "25006" ->
                new Failure(
                        Reason.NOT_PRIMARY,
                        "the server is read-only: it is a standby, or default_transaction_read_only is on",
                        state);
            case "53300" -> new Failure(Reason.TOO_MANY_CONNECTIONS, "the server has no connection left", state);
            case "42501" ->
                new Failure(
                        Reason.PERMISSION_DENIED,
                        "the owner of " + view + ", whose rights a refresh uses, may not read something that the view"
                                + " reads, or the user may not refresh it: run REFRESH in psql to see what, and GRANT it",
                        state);
            case "0A000", "55000" ->
                new Failure(
                        Reason.NOT_SUPPORTED,
                        "the server can't refresh " + view + " in its present state: see that it and the materialized"
                                + " views that it reads are populated",
                        state);
            case "42P07", "42710" ->
                new Failure(
                        Reason.REPLACEMENT_REFUSED,
                        "a relation, index or statistics object has a name already that a copy of " + view
                                + " needs: rename it",
                        state);
            case "2BP01" ->
                new Failure(
                        Reason.REPLACEMENT_REFUSED,
                        "something depends on what would go when " + view + " is replaced: DROP in psql names it",
                        state);
            case "21000", "23505" ->
                new Failure(
                        Reason.DUPLICATE_ROWS,
                        "the new content of " + view + " has rows that are equal where " + constraint(e)
                                + " wants them unique: correct the data, the query or the index",
                        state);
            case "57014" ->
                new Failure(
                        Reason.REFRESH_TIMEOUT,
                        "the refresh was cancelled: it took longer than spec.timeouts.refresh, or an administrator"
                                + " cancelled it; raise the timeout, or make the query cheaper",
                        state);
            case "53100" -> new Failure(Reason.DISK_FULL, "the server's disk is full: make room, or enlarge it", state);
            case "53200" ->
                new Failure(
                        Reason.OUT_OF_MEMORY, "the server ran out of memory: lower work_mem, or give it more", state);
            case "53400" ->
                new Failure(
                        Reason.LIMIT_EXCEEDED,
                        "a limit of the server's configuration is reached, such as temp_file_limit: raise it",
                        state);
            default -> null;
        };
    }

    private static Failure changed(ViewName view, String state) {
        return new Failure(Reason.VIEW_BUSY, "somebody else has just changed " + view + " or what reads it", state);
    }

    /**
     * Whether somebody else was faster to change the same row of the catalog, as a GRANT can in spite of any lock on its
     * relation. That is an internal error to PostgreSQL, which tells it by the routine alone.
     */
    public static boolean raced(SQLException e) {
        ServerErrorMessage server = told(e);
        return server != null
                && "XX000".equals(server.getSQLState())
                && String.valueOf(server.getRoutine()).startsWith("simple_heap_");
    }

    /** What the server itself has told, or null when the error is not one of its own. */
    public static @Nullable ServerErrorMessage told(SQLException e) {
        return e instanceof PSQLException psql ? psql.getServerErrorMessage() : null;
    }

    private static String constraint(SQLException e) {
        ServerErrorMessage server = told(e);
        String name = server == null ? null : server.getConstraint();
        return name == null ? "a unique index or constraint" : "\"" + name + "\"";
    }
}
