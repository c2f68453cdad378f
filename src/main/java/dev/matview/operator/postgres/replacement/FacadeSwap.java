package dev.matview.operator.postgres.replacement;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.net.Deadline;
import dev.matview.operator.postgres.BoundedTransaction;
import dev.matview.operator.postgres.Cancellation;
import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.Facade;
import dev.matview.operator.postgres.FailureException;
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

/**
 * Gives a facade and both of its sides another definition: a second facade on two other sides is built beside it, of which
 * the active one is filled, and takes its place with all that it has, in one transaction. A facade that is only pointed at
 * another side would have to keep its columns.
 */
final class FacadeSwap implements RefreshAttempt {
    private final Connection connection;
    private final ViewName view;
    private final SessionSettings wanted;
    private final Redefinition redefinition;
    private final Cancellation cancellation;
    private ViewFacts facts;
    private List<Long> relations;

    /**
     * A swap of a facade and both of its sides.
     *
     * @param wanted settings for the query
     */
    FacadeSwap(
            Connection connection,
            ViewFacts facts,
            SessionSettings wanted,
            Cancellation cancellation,
            Redefinition redefinition) {
        this.connection = connection;
        this.facts = facts;
        this.view = facts.identity().view();
        this.wanted = wanted;
        this.redefinition = redefinition;
        this.cancellation = cancellation;
        this.relations = List.of(facts.oid());
    }

    @Override
    public RefreshResult run(RefreshBounds bounds, Deadline end)
            throws SQLException, FailureException, InterruptedException {
        connection.setAutoCommit(true);
        facts = Catalog.inspect(connection, facts.identity());
        Facade facade = facts.facade();
        if (facade == null) {
            throw new FailureException(LockWindow.changed(view.toString()));
        }
        FacadePlan plan = plan(facade, end);
        BoundedTransaction transaction = BoundedTransaction.begin(connection, facts.identity(), end, cancellation);
        PinnedSettings settings = PinnedSettings.pin(transaction);
        var said = new ArrayList<String>();
        for (FacadePlan.SidePlan side : plan.sides()) {
            said.addAll(redefinition.create(
                    transaction, side.shape(), side.traits(), facts.identity(), facade.oid(), side.replacement()));
        }
        ViewName filled = plan.active().replacement();
        settings.restore();
        wanted.apply(transaction);
        transaction.execute("REFRESH MATERIALIZED VIEW " + filled.quoted());
        RefreshResult result = RefreshResult.measure(connection, filled, RefreshMode.BLUE_GREEN);
        PinnedSettings.pin(transaction);
        try {
            takePlace(transaction, plan, bounds, end.orIn(LockWindow.PATIENCE));
        } catch (SQLException e) {
            throw Vanished.or(e, connection, facts.identity());
        }
        transaction.commit();
        return result.with(said.stream().distinct().toList());
    }

    /** Read in a transaction of its own: before PostgreSQL 16 reading a definition holds a lock until the end. */
    private FacadePlan plan(Facade facade, Deadline end) throws SQLException, FailureException {
        BoundedTransaction transaction = BoundedTransaction.begin(connection, facts.identity(), end, cancellation);
        PinnedSettings.pin(transaction);
        try {
            FacadePlan.check(connection, view, facade);
            return FacadePlan.of(connection, view, facade);
        } catch (SQLException e) {
            throw Vanished.or(e, connection, facts.identity());
        } finally {
            connection.rollback();
        }
    }

    private void takePlace(BoundedTransaction transaction, FacadePlan built, RefreshBounds bounds, Deadline patience)
            throws SQLException, FailureException, InterruptedException {
        Facade facade = built.facade();
        for (FacadePlan.SidePlan side : built.sides()) {
            transaction.holdOffAutovacuum(side.name(), Copy.options(connection, side.oid()));
        }
        Dumps.await(connection, patience);
        Dependent.reserve(transaction, facade.oid(), patience);
        FacadePlan.check(connection, view, facade);
        FacadePlan now = FacadePlan.of(connection, view, facade);
        if (!now.versions().equals(built.versions())) {
            throw new FailureException(LockWindow.changed(view + " or a side of it"));
        }
        String owner = now.shape().owner();
        createFacade(transaction, now);
        Dependent.hold(transaction, now.dependents());
        var locked = new ArrayList<Long>();
        var steps = new ArrayList<Step>();
        for (Dependent dependent : now.dependents()) {
            locked.add(dependent.oid());
            steps.add(dependent.lock());
        }
        locked.add(facade.oid());
        steps.add(Step.sql("ALTER VIEW " + view.quoted() + " OWNER TO " + ViewName.quote(owner)));
        for (FacadePlan.SidePlan side : now.sides()) {
            locked.add(side.oid());
            steps.add(Step.sql("ALTER MATERIALIZED VIEW " + side.name().quoted() + " OWNER TO "
                    + ViewName.quote(side.shape().owner())));
        }
        relations = List.copyOf(locked);
        steps.add(Step.unchanged(Versions.query(facade.oid(), ""), now.version()));
        for (FacadePlan.SidePlan side : now.sides()) {
            steps.add(Step.unchanged(Versions.query(side.oid(), view.name()), side.version()));
        }
        steps.addAll(exchange(transaction, now, owner).steps());
        now.dependents().forEach(dependent -> steps.add(dependent.verify()));
        new LockWindow(transaction, locked, steps, view + " or views that read it", bounds.lock()).enter(patience);
    }

    /** Beside the present one, with what has been granted and said of that by now. */
    private void createFacade(BoundedTransaction transaction, FacadePlan plan) throws SQLException {
        ViewName active = plan.active().replacement();
        Shape made = Shape.of(connection, Copy.oid(connection, active));
        List<Trait> traits = plan.traits().stream()
                .filter(trait -> trait.column() == null || made.hasColumn(trait.column()))
                .toList();
        String owner = plan.shape().owner();
        Script.of(transaction)
                .as(
                        owner,
                        "CREATE VIEW " + plan.replacement().quoted() + plan.options() + " AS SELECT " + made.columns()
                                + " FROM " + active.quoted())
                .give(traits, owner)
                .run(transaction);
    }

    private Script exchange(BoundedTransaction transaction, FacadePlan plan, String owner)
            throws SQLException, FailureException {
        var old = new ViewName(view.schema(), "matview_old_" + plan.facade().oid());
        Script script = Script.of(transaction);
        script.as(owner, "ALTER VIEW " + view.quoted() + " RENAME TO " + ViewName.quote(old.name()));
        for (FacadePlan.SidePlan side : plan.sides()) {
            script.as(side.shape().owner(), rename(side.name(), side.old()))
                    .as(side.shape().owner(), rename(side.replacement(), side.name()));
        }
        script.as(owner, "ALTER VIEW " + plan.replacement().quoted() + " RENAME TO " + ViewName.quote(view.name()));
        plan.dependents().forEach(script::rebind);
        script.as(owner, "DROP VIEW " + old.quoted());
        for (FacadePlan.SidePlan side : plan.sides()) {
            script.as(
                    side.shape().owner(), "DROP MATERIALIZED VIEW " + side.old().quoted());
            Traits.renames(connection, side.oid(), side.suffix())
                    .forEach(sql -> script.rename(sql, side.shape().owner()));
        }
        RowVariables.healing(connection, view).forEach(script::asUser);
        return script;
    }

    private static String rename(ViewName from, ViewName to) {
        return "ALTER MATERIALIZED VIEW " + from.quoted() + " RENAME TO " + ViewName.quote(to.name());
    }

    @Override
    public List<Long> relations() {
        return relations;
    }
}
