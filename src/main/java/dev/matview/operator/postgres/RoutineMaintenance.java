package dev.matview.operator.postgres;

import dev.matview.operator.api.Maintenance;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.net.Deadline;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * ANALYZE and VACUUM of a view that was refreshed, each in a transaction of its own: neither blocks readers, and neither
 * waits for a lock.
 */
public record RoutineMaintenance(Maintenance analyze, Maintenance vacuum) {
    /** Nothing at all. */
    public static final RoutineMaintenance NONE = new RoutineMaintenance(Maintenance.NEVER, Maintenance.NEVER);

    /** By the thresholds at which autovacuum comes (PostgreSQL manual, section 24.1.6); it looks once a minute only. */
    private static final String VIEW = """
            SELECT pg_catalog.format('%I.%I', n.nspname, c.relname),
                   pg_catalog.pg_stat_get_dead_tuples(c.oid)
                   > option('autovacuum_vacuum_threshold')
                     + option('autovacuum_vacuum_scale_factor') * greatest(c.reltuples, 0)
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = ?
            """.replaceAll("option\\(('\\w+')\\)", """
            coalesce((SELECT o.option_value FROM pg_catalog.pg_options_to_table(c.reloptions) o
                      WHERE o.option_name = $1), pg_catalog.current_setting($1))::float8""");

    private static final String BUSY = "55P03";

    /**
     * Does what is due.
     *
     * @param connection in no transaction that is still needed
     * @param end bound on the whole run
     * @return what did not work, as sentences without full stop; usually nothing
     */
    public List<String> after(Connection connection, RefreshResult result, Deadline end, Cancellation cancellation) {
        if (equals(NONE)) {
            return List.of();
        }
        try {
            connection.setAutoCommit(true);
            String command = command(connection, result);
            String failure = command == null ? null : run(connection, command, end, cancellation);
            return failure == null ? List.of() : List.of(failure);
        } catch (SQLException e) {
            return List.of(
                    "no ANALYZE or VACUUM followed: the server did not answer (SQLSTATE " + e.getSQLState() + ")");
        }
    }

    private @Nullable String command(Connection connection, RefreshResult result) throws SQLException {
        if (connection.getMetaData().getDatabaseMajorVersion() >= 15) {
            // What the refresh itself has left is counted when this statement has ended.
            try (Statement flush = connection.createStatement()) {
                flush.execute("SELECT pg_catalog.pg_stat_force_next_flush()");
            }
        }
        try (PreparedStatement look = connection.prepareStatement(VIEW)) {
            look.setLong(1, result.version().oid());
            try (ResultSet view = look.executeQuery()) {
                return view.next() ? command(view.getString(1), result.mode(), view.getBoolean(2)) : null;
            }
        }
    }

    private @Nullable String command(String view, RefreshMode mode, boolean manyDeadRows) {
        boolean anew = mode != RefreshMode.CONCURRENT;
        boolean vacuums = vacuum == Maintenance.ALWAYS || (vacuum == Maintenance.AUTO && !anew && manyDeadRows);
        boolean analyzes = analyze == Maintenance.ALWAYS || (analyze == Maintenance.AUTO && (anew || vacuums));
        if (vacuums) {
            return "VACUUM (SKIP_LOCKED" + (analyzes ? ", ANALYZE) " : ") ") + view;
        }
        return analyzes ? "ANALYZE (SKIP_LOCKED) " + view : null;
    }

    private @Nullable String run(Connection connection, String command, Deadline end, Cancellation cancellation)
            throws SQLException {
        Duration left = end.remaining();
        if (left.toSeconds() < 1) {
            return command + " was left out: spec.timeouts.refresh had no time left for it";
        }
        connection.setNetworkTimeout(Runnable::run, Math.toIntExact(left.toMillis()) + 15_000);
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(Math.toIntExact(left.toSeconds()));
            cancellation.runs(statement);
            statement.execute(command);
            return refusal(command, statement.getWarnings());
        } catch (SQLException e) {
            return command + " failed (SQLSTATE " + e.getSQLState() + "): the refresh itself has succeeded";
        } finally {
            cancellation.pauses();
        }
    }

    /** What it may not or can't do now the server answers by a warning. Somebody else at work on it is no news, unless it was asked for. */
    private @Nullable String refusal(String command, @Nullable SQLWarning warning) {
        boolean asked = analyze == Maintenance.ALWAYS || vacuum == Maintenance.ALWAYS;
        if (warning == null || (BUSY.equals(warning.getSQLState()) && !asked)) {
            return null;
        }
        return BUSY.equals(warning.getSQLState())
                ? command + " was left out: somebody else is at work on the view, such as autovacuum"
                : command + " was left out: the server refuses it (SQLSTATE " + warning.getSQLState() + ")";
    }
}
