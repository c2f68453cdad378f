package dev.matview.operator.postgres.replacement;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.net.Deadline;
import dev.matview.operator.postgres.BoundedTransaction;
import dev.matview.operator.postgres.Cancellation;
import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.Facade;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.RefreshAttempt;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.SessionSettings;
import dev.matview.operator.postgres.Side;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewName;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refreshes the idle side and commits; then, in a second transaction, lets the facade show it. In one transaction readers
 * would wait for whoever holds the idle side. A view that is no facade yet is made one before.
 */
public final class BlueGreen implements RefreshAttempt {
    /** Nobody reads the idle side but who has since before the last flip: the wait hurts nobody. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Connection connection;
    private final SessionSettings settings;
    private final Cancellation cancellation;
    private final List<String> notices = new ArrayList<>();
    private final boolean adopts;
    private ViewFacts facts;
    private @Nullable Built built;

    /** @param facts of a facade, or of a materialized view, which may become one then */
    public BlueGreen(Connection connection, ViewFacts facts, SessionSettings settings, Cancellation cancellation) {
        this.connection = connection;
        this.facts = facts;
        this.adopts = facts.facade() == null;
        this.settings = settings;
        this.cancellation = cancellation;
    }

    @Override
    public RefreshResult run(RefreshBounds bounds, Deadline end)
            throws SQLException, FailureException, InterruptedException {
        Facade facade = look();
        if (facade == null) {
            facade = adopt(bounds, end);
        }
        Built refreshed = built;
        if (refreshed == null) {
            align(facade, end);
            refreshed = build(facade, end);
            built = refreshed;
        }
        if (!flip(refreshed, bounds, end)) {
            built = null;
            throw new FailureException(LockWindow.changed(facts.identity().view() + " or a side of it"));
        }
        return refreshed.result().with(notices);
    }

    private boolean flip(Built refreshed, RefreshBounds bounds, Deadline end)
            throws SQLException, FailureException, InterruptedException {
        try {
            return new Flip(connection, facts.identity(), cancellation)
                    .run(refreshed.facade(), refreshed.states(), bounds, end);
        } catch (SQLException e) {
            throw Vanished.or(e, connection, facts.identity());
        }
    }

    private @Nullable Facade look() throws SQLException, FailureException {
        connection.setAutoCommit(true);
        facts = Catalog.inspect(connection, facts.identity());
        return facts.facade();
    }

    private Facade adopt(RefreshBounds bounds, Deadline end)
            throws SQLException, FailureException, InterruptedException {
        ViewName view = facts.identity().view();
        Facade facade = null;
        if (adopts) {
            try {
                new Adoption(connection, facts, cancellation).run(bounds, end);
            } catch (SQLException e) {
                throw Vanished.or(e, connection, facts.identity());
            }
            facade = look();
        }
        if (facade == null) {
            throw new FailureException(
                    new Failure(Reason.VIEW_BUSY, "somebody else has just made a materialized view of " + view));
        }
        notices.add(view + " is a plain view now, on " + facade.active().of(view));
        return facade;
    }

    private Built build(Facade before, Deadline end) throws SQLException, FailureException {
        ViewName view = facts.identity().view();
        Side idle = before.active().other();
        BoundedTransaction transaction = BoundedTransaction.begin(connection, facts.identity(), end, cancellation);
        long oid = Copy.oid(connection, idle.of(view));
        transaction.holdOffAutovacuum(idle.of(view), Copy.options(connection, oid));
        transaction.execute("SET LOCAL lock_timeout = " + patience(end).toMillis());
        // Looked at before: a refresh of the active side by hand meanwhile may show what this one does not see yet.
        long shown = Flip.States.of(connection, before).active();
        settings.apply(transaction);
        transaction.execute("REFRESH MATERIALIZED VIEW " + idle.of(view).quoted());
        RefreshResult result = RefreshResult.measure(connection, idle.of(view), RefreshMode.BLUE_GREEN);
        var after = new Facade(before.oid(), before.active(), before.activeOid(), oid);
        long filled = Flip.States.of(connection, after).idle();
        transaction.commit();
        return new Built(after, new Flip.States(shown, filled), result);
    }

    /** In a transaction of its own: before PostgreSQL 16 reading a definition holds a lock until the end. */
    private void align(Facade facade, Deadline end) throws SQLException, FailureException {
        BoundedTransaction transaction = BoundedTransaction.begin(connection, facts.identity(), end, cancellation);
        PinnedSettings.pin(transaction);
        try {
            notices.addAll(Sides.align(transaction, facts.identity().view(), facade));
        } catch (SQLException e) {
            throw Vanished.or(e, connection, facts.identity());
        }
        transaction.commit();
    }

    /** At least a millisecond, also when the end has passed: 0 would be no bound, and less is none that there is. */
    static Duration patience(Deadline end) {
        long half = end.remaining().toMillis() / 2;
        return Duration.ofMillis(Math.clamp(half, 1, PATIENCE.toMillis()));
    }

    @Override
    public List<Long> relations() {
        Facade facade = facts.facade();
        if (facade == null) {
            return List.of(facts.oid());
        } else if (built != null) {
            return List.of(facade.oid());
        }
        return facade.idleOid() == null ? List.of() : List.of(facade.idleOid());
    }

    /** The idle side has been refreshed, and only has to be shown. */
    private record Built(Facade facade, Flip.States states, RefreshResult result) {}
}
