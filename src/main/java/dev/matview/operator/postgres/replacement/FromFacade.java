package dev.matview.operator.postgres.replacement;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Cancellation;
import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.Deadline;
import dev.matview.operator.postgres.Facade;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.RefreshAttempt;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.SessionSettings;
import dev.matview.operator.postgres.ViewFacts;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Turns a facade back into a materialized view, then refreshes that in a mode that knows no facade. */
final class FromFacade implements RefreshAttempt {
    private final Connection connection;
    private final RefreshMode mode;
    private final SessionSettings settings;
    private final Cancellation cancellation;
    private ViewFacts facts;

    FromFacade(
            Connection connection,
            ViewFacts facts,
            RefreshMode mode,
            SessionSettings settings,
            Cancellation cancellation) {
        this.connection = connection;
        this.facts = facts;
        this.mode = mode;
        this.settings = settings;
        this.cancellation = cancellation;
    }

    @Override
    public RefreshResult run(RefreshBounds bounds, Deadline end)
            throws SQLException, FailureException, InterruptedException {
        Facade facade = facts.facade();
        if (facade != null) {
            try {
                new WayBack(connection, facts.identity(), facade, cancellation).run(bounds, end);
            } catch (SQLException e) {
                throw Vanished.or(e, connection, facts.identity());
            }
            connection.setAutoCommit(true);
            facts = Catalog.inspect(connection, facts.identity());
        }
        return Modes.attempt(connection, facts, mode, settings, cancellation)
                .run(bounds, end)
                .with(List.of(facts.identity().view() + " is a materialized view again"));
    }

    @Override
    public List<Long> relations() {
        Facade facade = facts.facade();
        return facade == null ? List.of(facts.oid()) : List.of(facade.oid(), facts.oid());
    }
}
