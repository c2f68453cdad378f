package dev.matview.operator.postgres.replacement;

import dev.matview.operator.api.Reason;
import dev.matview.operator.net.Deadline;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** Waits for {@code pg_dump}, which reads the catalog first and each relation by its OID later, when it would be gone. */
final class Dumps {
    private static final Duration LOOK = Duration.ofMillis(250);

    private static final String QUERY = """
            SELECT count(*) FROM pg_catalog.pg_stat_activity
            WHERE datname = pg_catalog.current_database() AND application_name = 'pg_dump'
            """;

    private Dumps() {}

    /** Returns when none is connected. @throws FailureException of reason ViewBusy when one is until then */
    static void await(Connection connection, Deadline patience)
            throws SQLException, FailureException, InterruptedException {
        while (Rows.one(connection, QUERY, row -> row.getLong(1)) > 0) {
            if (patience.remaining().compareTo(LOOK) <= 0) {
                throw new FailureException(
                        new Failure(Reason.VIEW_BUSY, "a pg_dump of the database is under way, which would break,"));
            }
            Thread.sleep(LOOK);
        }
    }
}
