package dev.matview.operator.refresh;

import dev.matview.operator.postgres.ConnectionSettings;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.Lease;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewIdentity;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What a run does before its turn, done already: nothing speaks against the refresh of a view that exists.
 *
 * @param lease on whose connection that was found, and the run goes on
 * @param declared what was found, or null for the run to look itself: whether nothing has changed is asked of a view as it
 *     is at its time
 */
record Prepared(
        Credentials credentials, Lease lease, @Nullable DeclaredState declared) implements AutoCloseable {
    private static final int ALIVE_SECONDS = 1;

    /**
     * Looks at what a run for that request would find.
     *
     * @return null when a refresh would not work as things are, which is left for the run to tell
     */
    static @Nullable Prepared look(RunRequest<?> request, Credentials credentials, Lease lease) {
        if (request.skip() != null) {
            return new Prepared(credentials, lease, null);
        }
        Connection connection = lease.connection();
        ConnectionSettings settings = credentials.settings();
        try {
            ViewIdentity identity = Lookup.identity(connection, request.view().name(), settings.address());
            ViewFacts facts = Lookup.facts(connection, identity, request.view());
            if (facts == null) {
                return null;
            }
            DeclaredState declared =
                    DeclaredState.look(connection, facts, request.view().upkeep());
            return declared.objection(connection, request, settings.user()) == null
                    ? new Prepared(credentials, lease, declared.advised(connection, request))
                    : null;
        } catch (FailureException e) {
            return null;
        }
    }

    /** Whether the server still answers on the connection. */
    boolean isAlive() {
        try {
            return lease.connection().isValid(ALIVE_SECONDS);
        } catch (SQLException e) {
            return false;
        }
    }

    @Override
    public void close() {
        lease.close();
    }
}
