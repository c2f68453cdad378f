package dev.matview.operator.postgres.replacement;

import dev.matview.operator.net.Deadline;
import dev.matview.operator.postgres.Cancellation;
import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.Facade;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.RefreshAttempt;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.ViewFacts;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Turns a facade back into a materialized view, then refreshes that in a way that knows no facade. */
final class FromFacade implements RefreshAttempt {
    private final Connection connection;
    private final Function<ViewFacts, RefreshAttempt> then;
    private final Cancellation cancellation;
    private ViewFacts facts;

    /** @param then makes the way in which the materialized view is refreshed */
    FromFacade(
            Connection connection,
            ViewFacts facts,
            Cancellation cancellation,
            Function<ViewFacts, RefreshAttempt> then) {
        this.connection = connection;
        this.facts = facts;
        this.then = then;
        this.cancellation = cancellation;
    }

    @Override
    public RefreshResult run(RefreshBounds bounds, Deadline end)
            throws SQLException, FailureException, InterruptedException {
        // An earlier attempt, or somebody else, may have turned it back.
        look();
        Facade facade = facts.facade();
        if (facade != null) {
            try {
                new WayBack(connection, facts.identity(), facade, cancellation).run(bounds, end);
            } catch (SQLException e) {
                throw Vanished.or(e, connection, facts.identity());
            }
            look();
        }
        RefreshResult result = then.apply(facts).run(bounds, end);
        var notices = new ArrayList<>(List.of(facts.identity().view() + " is a materialized view again"));
        notices.addAll(result.notices());
        return result.with(notices);
    }

    private void look() throws SQLException, FailureException {
        connection.setAutoCommit(true);
        facts = Catalog.inspect(connection, facts.identity());
    }

    @Override
    public List<Long> relations() {
        Facade facade = facts.facade();
        return facade == null ? List.of(facts.oid()) : List.of(facade.oid(), facts.oid());
    }
}
