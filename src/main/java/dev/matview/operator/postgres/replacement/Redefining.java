package dev.matview.operator.postgres.replacement;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.net.Deadline;
import dev.matview.operator.postgres.BoundedTransaction;
import dev.matview.operator.postgres.Cancellation;
import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.DeclaredView;
import dev.matview.operator.postgres.Definition;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.Preflight;
import dev.matview.operator.postgres.RefreshAttempt;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.SessionSettings;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Makes a view what the resource declares, and refreshes it by that; or adds the indexes that it lacks, and refreshes it. */
final class Redefining implements RefreshAttempt {
    private final Connection connection;
    private final ViewFacts facts;
    private final DefinitionDrift drift;
    private final DeclaredView declared;
    private final Definition definition;
    private final Cancellation cancellation;
    private List<Long> relations;

    /** @param declared what the view is to be, with a definition; of mode BlueGreen if it is a facade, else of another */
    Redefining(
            Connection connection,
            ViewFacts facts,
            DefinitionDrift drift,
            DeclaredView declared,
            Cancellation cancellation) {
        this.connection = connection;
        this.facts = facts;
        this.drift = drift;
        this.declared = declared;
        this.definition = Objects.requireNonNull(declared.upkeep().definition());
        this.cancellation = cancellation;
        this.relations = List.of(facts.oid());
    }

    @Override
    public RefreshResult run(RefreshBounds bounds, Deadline end)
            throws SQLException, FailureException, InterruptedException {
        ViewName view = facts.identity().view();
        SessionSettings settings = declared.settings();
        if (drift.query() == null) {
            List<String> made = addIndexes(end);
            RefreshMode filling = Preflight.effectiveMode(facts, declared.mode());
            return delegate(Modes.attempt(connection, look(), filling, settings, cancellation), made, bounds, end);
        }
        var redefinition = new Redefinition(definition, declared.mode() == RefreshMode.CONCURRENT);
        RefreshAttempt replacement = facts.facade() == null
                ? new Swap(connection, facts, settings, cancellation, redefinition)
                : new FacadeSwap(connection, facts, settings, cancellation, redefinition);
        return delegate(replacement, List.of(view + " has its declared definition now"), bounds, end);
    }

    private RefreshResult delegate(RefreshAttempt attempt, List<String> said, RefreshBounds bounds, Deadline end)
            throws SQLException, FailureException, InterruptedException {
        try {
            RefreshResult result = attempt.run(bounds, end);
            var notices = new ArrayList<>(said);
            notices.addAll(result.notices());
            return result.with(notices);
        } finally {
            relations = attempt.relations();
        }
    }

    /** On the active side of a facade, from which the other gets them. Readers go on reading meanwhile. */
    private List<String> addIndexes(Deadline end) throws SQLException, FailureException {
        ViewFacts now = look();
        ViewName view = facts.identity().view();
        ViewName relation = now.facade() == null ? view : now.facade().active().of(view);
        BoundedTransaction transaction = BoundedTransaction.begin(connection, facts.identity(), end, cancellation);
        var wanted = new DeclaredIndexes(definition.indexes(), view);
        var missing = new DeclaredIndexes(wanted.missing(connection, now.oid()), view);
        missing.create(transaction, relation);
        Failure failure =
                Preflight.check(Catalog.inspect(connection, facts.identity()), declared.mode(), true, now.owner());
        if (failure != null) {
            throw new FailureException(failure);
        }
        transaction.commit();
        return missing.indexes().stream()
                .map(index -> "the index on " + DeclaredIndexes.list(index.columns()) + " was created")
                .toList();
    }

    private ViewFacts look() throws SQLException, FailureException {
        connection.setAutoCommit(true);
        return Catalog.inspect(connection, facts.identity());
    }

    @Override
    public List<Long> relations() {
        return relations;
    }
}
