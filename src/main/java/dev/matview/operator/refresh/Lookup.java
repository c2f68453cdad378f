package dev.matview.operator.refresh;

import dev.matview.operator.api.Reason;
import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.DeclaredView;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.StatementFailures;
import dev.matview.operator.postgres.Upstreams;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewIdentity;
import dev.matview.operator.postgres.ViewName;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What a run asks the catalog; what the server does not answer is a failure of the run. */
final class Lookup {
    private Lookup() {}

    /** @param address of the server, for messages */
    static ViewIdentity identity(Connection connection, ViewName name, String address) throws FailureException {
        try {
            return Catalog.identity(connection, name, address);
        } catch (SQLException e) {
            throw new FailureException(StatementFailures.of(e, name));
        }
    }

    /** What there is to know about the view; null when there is none, and it is to be made. */
    static @Nullable ViewFacts facts(Connection connection, ViewIdentity identity, DeclaredView view)
            throws FailureException {
        try {
            return Catalog.inspect(connection, identity);
        } catch (SQLException e) {
            throw new FailureException(StatementFailures.of(e, view.name()));
        } catch (FailureException e) {
            if (e.failure().reason() == Reason.VIEW_MISSING && view.upkeep().creates() != null) {
                return null;
            }
            throw e;
        }
    }

    /** With its upstreams, looked up when nobody waits for the refresh; they stay as known when the server can't tell. */
    static ViewFacts reading(Connection connection, ViewFacts found) {
        try {
            return found.reading(Upstreams.of(connection, found));
        } catch (SQLException e) {
            return found;
        }
    }
}
