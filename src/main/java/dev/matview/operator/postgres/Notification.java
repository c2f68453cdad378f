package dev.matview.operator.postgres;

import dev.matview.operator.api.NotifySpec;
import dev.matview.operator.api.Occasion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A NOTIFY that tells how a run ended, with a payload in JSON (docs/hooks.md), in a transaction of its own: it reaches
 * those who listen after the refresh was committed.
 *
 * @param when after which runs
 */
public record Notification(String channel, Occasion when) {
    /** The server's own JSON: a payload holds names of at most 63 bytes each, so it is far below the 8,000 bytes of a NOTIFY. */
    private static final String NOTIFY = """
            SELECT pg_catalog.pg_notify(?, pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
                'database', pg_catalog.current_database(), 'schema', ?::text, 'view', ?::text,
                'status', ?::text, 'trigger', ?::text, 'mode', ?::text,
                'startTime', ?::text, 'completionTime', ?::text,
                'rows', ?::bigint, 'sizeBytes', ?::bigint,
                'reason', ?::text, 'sqlState', ?::text))::text)
            """;

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** As a spec asks for it; null when it asks for none. */
    static @Nullable Notification of(@Nullable NotifySpec spec) {
        return spec == null ? null : new Notification(spec.channel(), spec.when());
    }

    /**
     * Sends it.
     *
     * @param connection in no transaction that is still needed
     * @return what did not work, as a sentence without full stop, or null
     */
    public @Nullable String send(Connection connection, RunNews news, Cancellation cancellation) {
        try {
            if (!connection.getAutoCommit()) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
            connection.setNetworkTimeout(Runnable::run, Math.toIntExact(PATIENCE.toMillis()) + 15_000);
            try (PreparedStatement statement = connection.prepareStatement(NOTIFY)) {
                statement.setQueryTimeout(Math.toIntExact(PATIENCE.toSeconds()));
                statement.setString(1, channel);
                news.bind(statement, 2);
                run(statement, cancellation);
            }
            return null;
        } catch (SQLException e) {
            return "hook NOTIFY on channel \"" + channel + "\" failed (SQLSTATE " + e.getSQLState()
                    + "): those who listen were not told";
        }
    }

    private static void run(PreparedStatement statement, Cancellation cancellation) throws SQLException {
        try {
            cancellation.runs(statement);
            statement.execute();
        } finally {
            cancellation.pauses();
        }
    }
}
