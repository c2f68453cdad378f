package dev.matview.operator.postgres.fingerprint;

import dev.matview.operator.postgres.fingerprint.Reading.Known;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which other sessions of the database may not have handed over all that they counted up to a moment.
 *
 * <p>A session counts what it writes for itself, and hands it over when it becomes idle: at once, or if it did so less than a
 * second before, after 10 seconds of being idle at the latest, or as soon as it is idle again after that; and when it ends
 * ({@code pgstat_report_stat} and {@code PGSTAT_IDLE_INTERVAL}, PostgreSQL 15 to 18). So a session that is idle has handed
 * over what it wrote before it became so, or a while ago. One that is not tells nothing: between the transactions of a
 * pipeline or of one message it is not idle.
 *
 * @param waiting the processes of those that may not have yet
 * @param never why it can't become certain, as the end of a sentence, or null
 */
public record Sessions(Set<Integer> waiting, @Nullable String never) {
    /** The 10 seconds, and some for a machine that is busy. */
    static final Duration HANDED_OVER = Duration.ofSeconds(15);

    /**
     * The last two rows but one: the session is in one transaction, or one stream, since before the fingerprint was read. A
     * transaction that begins in the middle of a message has the message's time or, in a CALL, a later one.
     */
    private static final String OTHERS = """
            SELECT s.verdict, s.pid, pg_catalog.pg_get_userbyid(s.usesysid) AS usename, s.backend_type FROM (
                SELECT a.*, CASE
                    WHEN a.pid = pg_catalog.pg_backend_pid() AND a.pid = ? THEN 'done'
                    WHEN a.usesysid IS NULL THEN 'autovacuum'
                    WHEN a.backend_type IS NULL THEN 'hidden'
                    WHEN a.backend_type = 'parallel worker' THEN 'of another'
                    WHEN a.backend_type NOT IN ('client backend', 'walsender') THEN 'worker'
                    WHEN a.backend_start > m.moment THEN 'new'
                    WHEN a.pid <> ALL (m.waiting) THEN 'done'
                    WHEN a.state = 'idle' AND least(a.state_change, m.moment) < pg_catalog.clock_timestamp() - m.wait
                        THEN 'done'
                    WHEN a.state = 'idle' THEN 'waiting'
                    WHEN a.xact_start < a.query_start AND a.query_start < m.since THEN 'old'
                    WHEN a.backend_type = 'walsender' AND a.xact_start IS NULL AND a.query_start < m.since THEN 'old'
                    ELSE 'waiting' END AS verdict
                FROM pg_catalog.pg_stat_get_activity(NULL) a,
                     (SELECT ?::timestamptz, ?::timestamptz, ?::interval, ?::int[]) AS m (moment, since, wait, waiting)
                WHERE a.datid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
            ) s
            WHERE s.verdict IN ('hidden', 'worker', 'waiting')
            """;

    public Sessions {
        waiting = Set.copyOf(waiting);
    }

    /**
     * Looks at them.
     *
     * @param moment of the look, whose process has handed over itself
     * @param since what was committed before that is known, or null for nothing
     * @param before the look before this one for the same answer, or null: what counts is what was committed up to the
     *     first, and who has handed that over is done
     */
    static Sessions look(Connection connection, Moment moment, @Nullable Instant since, @Nullable Known before)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OTHERS)) {
            statement.setInt(1, moment.process());
            statement.setObject(
                    2, at(before == null ? moment.time() : before.mark().time()));
            statement.setObject(3, since == null ? null : at(since));
            statement.setString(4, HANDED_OVER.toString());
            statement.setString(
                    5, before == null ? null : array(before.sessions().waiting()));
            try (ResultSet rows = statement.executeQuery()) {
                var waiting = new HashSet<Integer>();
                String never = null;
                while (rows.next()) {
                    switch (rows.getString("verdict")) {
                        case "hidden" ->
                            never = "other users, such as \"" + rows.getString("usename")
                                    + "\", have sessions in the database, which the operator's user may not look at:"
                                    + " GRANT pg_read_all_stats to it";
                        case "worker" ->
                            never = "a background worker (" + rows.getString("backend_type")
                                    + ") is at work in the database, and does not say when it has counted what it writes";
                        default -> waiting.add(rows.getInt("pid"));
                    }
                }
                return new Sessions(waiting, never);
            }
        }
    }

    private static String array(Set<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
    }

    private static OffsetDateTime at(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
