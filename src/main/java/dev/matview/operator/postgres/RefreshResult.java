package dev.matview.operator.postgres;

import dev.matview.operator.api.RefreshMode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A refresh that was committed.
 *
 * @param rows the planner's estimate afterwards, or null when it has none
 * @param sizeBytes with indexes and TOAST, afterwards
 * @param attempts 1 when the view was free at once
 * @param lockWait time spent in attempts and pauses until the view was free
 * @param version the view as the refresh left it
 * @param transactionId of the refresh
 * @param notices what else was done or found, as sentences without full stop; usually nothing
 */
public record RefreshResult(
        RefreshMode mode,
        @Nullable Long rows,
        long sizeBytes,
        int attempts,
        Duration lockWait,
        ViewVersion version,
        long transactionId,
        List<String> notices) {
    private static final String MEASURE = """
            SELECT CASE WHEN c.reltuples >= 0 THEN c.reltuples::bigint END, pg_catalog.pg_total_relation_size(c.oid),
                   c.oid, c.relfilenode, c.xmin::text::bigint, pg_catalog.pg_current_xact_id()::text::bigint
            FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass(?)
            """;

    public RefreshResult {
        notices = List.copyOf(notices);
    }

    /** Of a refresh at the first attempt, with what the transaction sees of the view now. */
    public static RefreshResult measure(Connection connection, ViewName view, RefreshMode mode) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(MEASURE)) {
            statement.setString(1, view.quoted());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                long rows = row.getLong(1);
                Long estimate = row.wasNull() ? null : rows;
                return new RefreshResult(
                        mode,
                        estimate,
                        row.getLong(2),
                        1,
                        Duration.ZERO,
                        new ViewVersion(row.getLong(3), row.getLong(4), row.getLong(5)),
                        row.getLong(6),
                        List.of());
            }
        }
    }

    RefreshResult after(int attempt, Duration waited) {
        return new RefreshResult(mode, rows, sizeBytes, attempt, waited, version, transactionId, notices);
    }

    /** The same with more sentences. */
    public RefreshResult and(List<String> said) {
        return said.isEmpty()
                ? this
                : with(Stream.concat(notices.stream(), said.stream()).toList());
    }

    /** The same with those sentences. */
    public RefreshResult with(List<String> said) {
        return new RefreshResult(mode, rows, sizeBytes, attempts, lockWait, version, transactionId, said);
    }
}
