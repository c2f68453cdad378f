package dev.matview.operator.postgres.replacement;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.ConnectionSettings;
import dev.matview.operator.postgres.Connections;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.Lease;
import dev.matview.operator.postgres.Preflight;
import dev.matview.operator.postgres.SessionSettings;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which views mode BlueGreen could adopt. */
public final class AdoptionProspects {
    private AdoptionProspects() {}

    /**
     * What speaks against an adoption, for each view that can't be adopted. Nothing is changed or locked.
     *
     * @throws FailureException when the server can't be reached, or not answer
     * @throws InterruptedException when the wait for a connection is no longer wanted
     */
    public static Map<ViewName, Failure> objections(
            Connections connections, ConnectionSettings settings, List<ViewFacts> views)
            throws FailureException, InterruptedException {
        var objections = new HashMap<ViewName, Failure>();
        try (Lease lease = connections.open(settings)) {
            for (ViewFacts facts : views) {
                Failure objection = objection(lease.connection(), facts, settings.user());
                if (objection != null) {
                    objections.put(facts.identity().view(), objection);
                }
            }
            return objections;
        } catch (SQLException e) {
            throw new FailureException(new Failure(
                    Reason.REFRESH_FAILED,
                    settings.address() + " could not answer what its catalog holds: the server's log tells why",
                    e.getSQLState()));
        }
    }

    private static @Nullable Failure objection(Connection connection, ViewFacts facts, String user)
            throws SQLException {
        Failure objection = Preflight.check(facts, RefreshMode.BLUE_GREEN, true, user);
        return objection == null
                ? Modes.objection(connection, facts, RefreshMode.BLUE_GREEN, SessionSettings.NONE, null)
                : objection;
    }
}
