package dev.matview.operator.postgres;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.net.Deadline;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** A plain or a concurrent refresh: the view held against autovacuum, then REFRESH, in one transaction. */
public final class RefreshTransaction implements RefreshAttempt {
    private final Connection connection;
    private final ViewFacts facts;
    private final RefreshMode mode;
    private final SessionSettings settings;
    private final Cancellation cancellation;

    /** @param mode Standard or Concurrent */
    public RefreshTransaction(
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
    public RefreshResult run(RefreshBounds bounds, Deadline end) throws SQLException, FailureException {
        BoundedTransaction transaction = refreshed(statements(bounds), end);
        // By its name, as the refresh: others may have made the view anew since it was looked at.
        RefreshResult result =
                RefreshResult.measure(connection, facts.identity().view(), mode);
        transaction.commit();
        return result;
    }

    /**
     * The transaction with all done but the commit. In one round trip, where there are no settings whose errors are told
     * apart: at a turn of a minute each one waits for a processor at either end.
     */
    private BoundedTransaction refreshed(List<String> statements, Deadline end) throws SQLException, FailureException {
        if (settings.equals(SessionSettings.NONE)) {
            return BoundedTransaction.begin(connection, facts.identity(), end, cancellation, statements);
        }
        BoundedTransaction transaction = BoundedTransaction.begin(connection, facts.identity(), end, cancellation);
        settings.apply(transaction);
        transaction.execute(statements);
        return transaction;
    }

    private List<String> statements(RefreshBounds bounds) {
        ViewName view = facts.identity().view();
        var statements = new ArrayList<String>();
        if (facts.owned()) {
            BoundedTransaction.holdingOffAutovacuum(view, facts.options()).ifPresent(statements::add);
        }
        statements.add("SET LOCAL lock_timeout = " + bounds.lock().toMillis());
        statements.add(
                "REFRESH MATERIALIZED VIEW " + (mode == RefreshMode.CONCURRENT ? "CONCURRENTLY " : "") + view.quoted());
        return statements;
    }

    @Override
    public List<Long> relations() {
        return List.of(facts.oid());
    }
}
