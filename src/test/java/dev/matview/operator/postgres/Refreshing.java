package dev.matview.operator.postgres;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.replacement.Modes;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Refreshes views of a database as its role, as a run does: look, check, refresh.
 *
 * @param database where
 */
public record Refreshing(TestDatabase database) {
    /** Time enough for anything that does not have to wait. */
    public static final RefreshBounds BOUNDS = new RefreshBounds(Duration.ofMillis(500), Duration.ofMinutes(1));

    /** On a connection of its own, with ample time. */
    public RefreshResult run(ViewName view, RefreshMode mode)
            throws SQLException, FailureException, InterruptedException {
        return run(view, mode, BOUNDS);
    }

    /** On a connection of its own. */
    public RefreshResult run(ViewName view, RefreshMode mode, RefreshBounds bounds)
            throws SQLException, FailureException, InterruptedException {
        try (Connection connection = database.connect()) {
            return run(connection, view, mode, bounds);
        }
    }

    /** On that connection. */
    public static RefreshResult run(Connection connection, ViewName view, RefreshMode mode, RefreshBounds bounds)
            throws SQLException, FailureException, InterruptedException {
        return run(connection, view, mode, bounds, new Cancellation());
    }

    /** On that connection, with a way to end it. */
    public static RefreshResult run(
            Connection connection, ViewName view, RefreshMode mode, RefreshBounds bounds, Cancellation cancellation)
            throws SQLException, FailureException, InterruptedException {
        connection.setAutoCommit(true);
        ViewFacts facts = Catalog.inspect(connection, view, "server");
        RefreshMode effective = Preflight.effectiveMode(facts, mode);
        return new Refresh(
                        connection,
                        facts.identity(),
                        Modes.attempt(connection, facts, effective, SessionSettings.NONE, cancellation),
                        bounds)
                .run();
    }

    /** Creates a view {@code v} of one row whose refresh takes as many seconds as the table {@code pace} says: 0. */
    public static void createSlowView(TestDatabase database) throws SQLException {
        database.execute(
                "CREATE TABLE pace (id int, seconds float)",
                "INSERT INTO pace VALUES (1, 0)",
                "CREATE MATERIALIZED VIEW v AS SELECT id, pg_sleep(seconds)::text AS slept FROM pace",
                "CREATE UNIQUE INDEX ON v (id)");
    }

    /** The first column of the first row. */
    public static @Nullable String scalar(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }
}
