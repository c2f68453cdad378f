package dev.matview.operator.postgres.replacement;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.net.Deadline;
import dev.matview.operator.postgres.Cancellation;
import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.ConnectionSettings;
import dev.matview.operator.postgres.Connections;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.Lease;
import dev.matview.operator.postgres.Preflight;
import dev.matview.operator.postgres.StatementFailures;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewName;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** The adoption of a view as a script for psql, for people who want to read it before. */
public final class AdoptionScript {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private AdoptionScript() {}

    /**
     * The script for that view as it is now. Nothing is changed.
     *
     * @throws FailureException when the view can't be adopted, or the server can't be asked
     * @throws InterruptedException when the wait for a connection is no longer wanted
     */
    public static String of(Connections connections, ConnectionSettings settings, ViewName view)
            throws FailureException, InterruptedException {
        try (Lease lease = connections.open(settings)) {
            Connection connection = lease.connection();
            ViewFacts facts = Catalog.inspect(connection, view, settings.address());
            if (facts.facade() != null) {
                return "-- " + view + " is a plain view on two materialized views already\n";
            }
            Failure objection = Preflight.check(facts, RefreshMode.BLUE_GREEN, true, settings.user());
            if (objection != null) {
                throw new FailureException(objection);
            }
            return script(new Adoption(connection, facts, new Cancellation()).statements(Deadline.in(PATIENCE)));
        } catch (SQLException e) {
            throw new FailureException(StatementFailures.of(e, view));
        }
    }

    private static String script(List<String> statements) {
        return statements.stream()
                .filter(statement -> !statement.stripLeading().startsWith("SELECT"))
                .map(statement -> statement + ";\n")
                .collect(Collectors.joining(
                        "", "BEGIN;\nSET LOCAL lock_timeout = '200ms';\n" + PinnedSettings.script(), "COMMIT;\n"));
    }
}
