package dev.matview.operator.postgres.replacement;

import dev.matview.operator.net.Deadline;
import dev.matview.operator.postgres.BoundedTransaction;
import dev.matview.operator.postgres.Cancellation;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.Side;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns a materialized view into a facade, in one transaction: it becomes the blue side, green is its copy without data,
 * and the views that read it read the facade from then on. No row is moved.
 */
final class Adoption {
    private final Connection connection;
    private final ViewFacts facts;
    private final ViewName view;
    private final Cancellation cancellation;

    Adoption(Connection connection, ViewFacts facts, Cancellation cancellation) {
        this.connection = connection;
        this.facts = facts;
        this.view = facts.identity().view();
        this.cancellation = cancellation;
    }

    /** Does it. @throws FailureException of reason ReplacementRefused, ViewBusy, RefreshInProgress or PermissionDenied */
    void run(RefreshBounds bounds, Deadline end) throws SQLException, FailureException, InterruptedException {
        BoundedTransaction transaction = BoundedTransaction.begin(connection, facts.identity(), end, cancellation);
        Deadline patience = end.orIn(LockWindow.PATIENCE);
        Prepared prepared = prepare(transaction, patience);
        List<Dependent> dependents = prepared.dependents();
        Dependent.hold(transaction, dependents);
        var relations = new ArrayList<Long>();
        var steps = new ArrayList<Step>();
        for (Dependent dependent : dependents) {
            relations.add(dependent.oid());
            steps.add(dependent.lock());
        }
        relations.add(facts.oid());
        steps.add(Step.sql("ALTER MATERIALIZED VIEW " + view.quoted() + " OWNER TO "
                + ViewName.quote(prepared.shape().owner())));
        steps.add(Step.unchanged(Versions.query(facts.oid(), temporary().name()), prepared.version()));
        steps.addAll(exchange(transaction, prepared).steps());
        dependents.forEach(dependent -> steps.add(dependent.verify()));
        new LockWindow(transaction, relations, steps, view + " or views that read it", bounds.lock()).enter(patience);
        transaction.commit();
    }

    /** The same for a view that this transaction has made: nobody else knows it, so nobody has to make way. */
    void within(BoundedTransaction transaction, Deadline end) throws SQLException, FailureException {
        exchange(transaction, prepare(transaction, end)).run(transaction);
    }

    /**
     * The statements that it would run, in their order. They are tried and undone, but for those at the end, which need
     * locks that readers would feel.
     */
    List<String> statements(Deadline end) throws SQLException, FailureException {
        BoundedTransaction transaction = BoundedTransaction.begin(connection, facts.identity(), end, cancellation);
        try {
            int before = transaction.executed().size();
            Prepared prepared = prepare(transaction, end);
            var statements = new ArrayList<>(transaction
                    .executed()
                    .subList(before, transaction.executed().size()));
            statements.addAll(exchange(transaction, prepared).statements());
            return statements;
        } finally {
            connection.rollback();
        }
    }

    /** All that nobody notices: the checks, the copy, the facade under another name. */
    private Prepared prepare(BoundedTransaction transaction, Deadline patience) throws SQLException, FailureException {
        PinnedSettings.pin(transaction);
        check(connection, facts);
        transaction.holdOffAutovacuum(view, facts.options());
        Dependent.reserve(transaction, facts.oid(), patience);
        String version = Versions.of(connection, facts.oid(), temporary().name());
        List<Dependent> dependents = Dependent.of(connection, facts.oid());
        Shape shape = Shape.of(connection, facts.oid());
        List<Trait> traits =
                Traits.of(connection, facts.oid(), Side.GREEN.of(view), "MATERIALIZED VIEW", Side.GREEN.suffix());
        Copy.create(transaction, shape, traits, view, Side.GREEN.of(view));
        createFacade(transaction, shape);
        return new Prepared(version, dependents, shape);
    }

    private Script exchange(BoundedTransaction transaction, Prepared prepared) throws SQLException, FailureException {
        String owner = prepared.shape().owner();
        Script script = Script.of(transaction)
                .as(
                        owner,
                        "ALTER MATERIALIZED VIEW " + view.quoted() + " RENAME TO "
                                + ViewName.quote(Side.BLUE.of(view).name()))
                .as(owner, "ALTER VIEW " + temporary().quoted() + " RENAME TO " + ViewName.quote(view.name()));
        prepared.dependents().forEach(script::rebind);
        RowVariables.healing(connection, view).forEach(script::asUser);
        return script;
    }

    /** Beside the view and under another name, so that the view need not be locked meanwhile. */
    private void createFacade(BoundedTransaction transaction, Shape shape) throws SQLException {
        List<Trait> traits = Traits.of(connection, facts.oid(), temporary(), "VIEW", "").stream()
                .filter(Trait::ofPlainViews)
                .toList();
        Script.of(transaction)
                .as(
                        shape.owner(),
                        "CREATE VIEW " + temporary().quoted() + " AS SELECT " + shape.columns() + " FROM "
                                + view.quoted())
                .give(traits, shape.owner())
                .run(transaction);
    }

    /** What must be so before any work. To be called under {@link PinnedSettings}. */
    static void check(Connection connection, ViewFacts facts) throws SQLException, FailureException {
        ViewName view = facts.identity().view();
        Refusals.checkDependents(connection, view, facts.oid());
        Refusals.checkFree(connection, List.of(Side.BLUE.of(view), Side.GREEN.of(view)));
        Permissions.check(connection, view, facts.oid());
        RowVariables.healing(connection, view);
    }

    private ViewName temporary() {
        return new ViewName(view.schema(), "matview_facade_" + facts.oid());
    }

    private record Prepared(String version, List<Dependent> dependents, Shape shape) {}
}
