package dev.matview.operator.postgres.replacement;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.net.Deadline;
import dev.matview.operator.postgres.BoundedTransaction;
import dev.matview.operator.postgres.Cancellation;
import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.RefreshAttempt;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.SessionSettings;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewName;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds a view beside the present one and lets it take its name, its grants and everything that it has, and the views
 * that read it, in one transaction. With another query that is how a definition is changed.
 */
public final class Swap implements RefreshAttempt {
    private static final Duration LOOK = Duration.ofMillis(250);

    private final Connection connection;
    private final ViewName view;
    private final SessionSettings wanted;
    private final Cancellation cancellation;
    private final @Nullable Redefinition redefinition;
    private ViewFacts facts;
    private List<Long> relations;

    /**
     * A swap of a materialized view.
     *
     * @param wanted settings for the query
     * @param redefinition what it is to be from then on; null for what it is
     */
    Swap(
            Connection connection,
            ViewFacts facts,
            SessionSettings wanted,
            Cancellation cancellation,
            @Nullable Redefinition redefinition) {
        this.connection = connection;
        this.facts = facts;
        this.view = facts.identity().view();
        this.wanted = wanted;
        this.cancellation = cancellation;
        this.redefinition = redefinition;
        this.relations = List.of(facts.oid());
    }

    @Override
    public RefreshResult run(RefreshBounds bounds, Deadline end)
            throws SQLException, FailureException, InterruptedException {
        connection.setAutoCommit(true);
        facts = Catalog.inspect(connection, facts.identity());
        SwapPlan plan = plan(end);
        BoundedTransaction transaction = BoundedTransaction.begin(connection, facts.identity(), end, cancellation);
        PinnedSettings settings = PinnedSettings.pin(transaction);
        var said = new ArrayList<String>();
        if (redefinition == null) {
            Copy.create(transaction, plan.shape(), plan.traits(), view, replacement());
        } else {
            said.addAll(redefinition.create(
                    transaction, plan.shape(), plan.traits(), facts.identity(), facts.oid(), replacement()));
        }
        settings.restore();
        wanted.apply(transaction);
        transaction.execute("REFRESH MATERIALIZED VIEW " + replacement().quoted());
        RefreshResult result = RefreshResult.measure(connection, replacement(), RefreshMode.SWAP);
        PinnedSettings.pin(transaction);
        said.addAll(plan.losses(connection, facts.oid(), view));
        try {
            takePlace(transaction, plan, bounds, end.orIn(LockWindow.PATIENCE));
        } catch (SQLException e) {
            throw Vanished.or(e, connection, facts.identity());
        }
        transaction.commit();
        return result.with(said);
    }

    /** Read in a transaction of its own: before PostgreSQL 16 reading a definition holds a lock until the end. */
    private SwapPlan plan(Deadline end) throws SQLException, FailureException, InterruptedException {
        BoundedTransaction transaction = BoundedTransaction.begin(connection, facts.identity(), end, cancellation);
        PinnedSettings.pin(transaction);
        try {
            check(connection, facts);
            Dumps.await(connection, Deadline.in(Duration.ZERO));
            return SwapPlan.of(connection, facts.oid(), replacement());
        } catch (SQLException e) {
            throw Vanished.or(e, connection, facts.identity());
        } finally {
            connection.rollback();
        }
    }

    /** What must be so before any work. To be called under {@link PinnedSettings}. */
    static void check(Connection connection, ViewFacts facts) throws SQLException, FailureException {
        ViewName view = facts.identity().view();
        Refusals.checkDependents(connection, view, facts.oid());
        Permissions.check(connection, view, facts.oid());
        RowVariables.healing(connection, view);
    }

    /** All that is left when the replacement has been filled; what others have done meanwhile is looked at first. */
    private void takePlace(BoundedTransaction transaction, SwapPlan built, RefreshBounds bounds, Deadline patience)
            throws SQLException, FailureException, InterruptedException {
        transaction.holdOffAutovacuum(view, facts.options());
        Dependent.reserve(transaction, facts.oid(), patience);
        SwapPlan applied = built;
        while (true) {
            Dumps.await(connection, patience);
            check(connection, facts);
            SwapPlan now = SwapPlan.of(connection, facts.oid(), replacement());
            List<Trait> missing = now.since(applied.traits());
            if (missing == null || !now.structure().equals(built.structure())) {
                throw new FailureException(LockWindow.changed(view.toString()));
            } else if (!missing.isEmpty()) {
                Shape copy = Shape.of(connection, Copy.oid(connection, replacement()));
                String acl = redefinition == null ? now.shape().acl() : null;
                Copy.dress(transaction, copy, missing, view, replacement(), acl);
            }
            Dependent.hold(transaction, now.dependents());
            if (window(transaction, now, bounds).entered(patience)) {
                return;
            } else if (patience.remaining().compareTo(LOOK) <= 0) {
                throw new FailureException(LockWindow.changed(view + " or views that read it"));
            }
            Thread.sleep(LOOK);
            applied = now;
        }
    }

    private LockWindow window(BoundedTransaction transaction, SwapPlan plan, RefreshBounds bounds)
            throws SQLException, FailureException {
        var locked = new ArrayList<Long>();
        var steps = new ArrayList<Step>();
        for (Dependent dependent : plan.dependents()) {
            locked.add(dependent.oid());
            steps.add(dependent.lock());
        }
        String owner = plan.shape().owner();
        locked.add(facts.oid());
        relations = List.copyOf(locked);
        steps.add(Step.sql("ALTER MATERIALIZED VIEW " + view.quoted() + " OWNER TO " + ViewName.quote(owner)));
        steps.add(Step.unchanged(Versions.query(facts.oid(), ""), plan.version()));
        var old = new ViewName(view.schema(), "matview_old_" + facts.oid());
        Script script = Script.of(transaction)
                .as(owner, "ALTER MATERIALIZED VIEW " + view.quoted() + " RENAME TO " + ViewName.quote(old.name()))
                .as(
                        owner,
                        "ALTER MATERIALIZED VIEW " + replacement().quoted() + " RENAME TO "
                                + ViewName.quote(view.name()));
        plan.dependents().forEach(script::rebind);
        script.as(owner, "DROP MATERIALIZED VIEW " + old.quoted());
        plan.renames().forEach(sql -> script.rename(sql, owner));
        RowVariables.healing(connection, view).forEach(script::asUser);
        steps.addAll(script.steps());
        plan.dependents().forEach(dependent -> steps.add(dependent.verify()));
        return new LockWindow(transaction, locked, steps, view + " or views that read it", bounds.lock());
    }

    private ViewName replacement() {
        return new ViewName(view.schema(), "matview_new_" + facts.oid());
    }

    @Override
    public List<Long> relations() {
        return relations;
    }
}
