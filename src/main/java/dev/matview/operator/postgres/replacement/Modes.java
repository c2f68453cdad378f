package dev.matview.operator.postgres.replacement;

import dev.matview.operator.api.FailureClass;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.net.Deadline;
import dev.matview.operator.postgres.BoundedTransaction;
import dev.matview.operator.postgres.Cancellation;
import dev.matview.operator.postgres.DeclaredView;
import dev.matview.operator.postgres.Facade;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.RefreshAttempt;
import dev.matview.operator.postgres.RefreshTransaction;
import dev.matview.operator.postgres.SessionSettings;
import dev.matview.operator.postgres.StatementFailures;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewName;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The way in which each mode refreshes a view, whatever state the view is in. */
public final class Modes {
    private static final Duration LOOK = Duration.ofSeconds(30);

    private Modes() {}

    /** How that view is refreshed in that mode. */
    public static RefreshAttempt attempt(
            Connection connection,
            ViewFacts facts,
            RefreshMode mode,
            SessionSettings settings,
            Cancellation cancellation) {
        return switch (mode) {
            case BLUE_GREEN -> new BlueGreen(connection, facts, settings, cancellation);
            case STANDARD, CONCURRENT, SWAP -> {
                if (facts.facade() != null) {
                    yield new FromFacade(
                            connection,
                            facts,
                            cancellation,
                            found -> attempt(connection, found, mode, settings, cancellation));
                }
                yield mode == RefreshMode.SWAP
                        ? new Swap(connection, facts, settings, cancellation, null)
                        : new RefreshTransaction(connection, facts, mode, settings, cancellation);
            }
        };
    }

    /** How that view is given what it lacks of its declared definition, and refreshed in its mode. */
    public static RefreshAttempt correction(
            Connection connection,
            ViewFacts facts,
            DefinitionDrift drift,
            DeclaredView declared,
            Cancellation cancellation) {
        Function<ViewFacts, RefreshAttempt> way =
                found -> new Redefining(connection, found, drift, declared, cancellation);
        return facts.facade() != null && declared.mode() != RefreshMode.BLUE_GREEN
                ? new FromFacade(connection, facts, cancellation, way)
                : way.apply(facts);
    }

    /**
     * What speaks against it that only the server can tell, or null: dependents that would not survive, rights, settings.
     *
     * @param drift that is to be corrected, or null
     * @throws SQLException when the server can't answer
     */
    public static @Nullable Failure objection(
            Connection connection,
            ViewFacts facts,
            RefreshMode mode,
            SessionSettings settings,
            @Nullable DefinitionDrift drift)
            throws SQLException {
        if (drift != null && drift.obstacle() != null) {
            return drift.obstacle();
        }
        Facade facade = facts.facade();
        boolean adopts = mode == RefreshMode.BLUE_GREEN && facade == null;
        boolean turnsBack = mode != RefreshMode.BLUE_GREEN && facade != null;
        boolean redefines = drift != null && drift.query() != null;
        boolean swaps = facade == null && (redefines || (mode == RefreshMode.SWAP && facts.populated()));
        boolean replaces = adopts || turnsBack || swaps || redefines;
        if (!replaces && settings.values().isEmpty()) {
            return null;
        }
        try {
            BoundedTransaction transaction =
                    BoundedTransaction.begin(connection, facts.identity(), Deadline.in(LOOK), new Cancellation());
            settings.apply(transaction);
            PinnedSettings.pin(transaction);
            if (!replaces) {
                return null;
            } else if (swaps) {
                Swap.check(connection, facts);
            } else if (facade == null) {
                Adoption.check(connection, facts);
            } else if (redefines && !turnsBack) {
                FacadePlan.check(connection, facts.identity().view(), facade);
            } else {
                WayBack.check(connection, facts.identity().view(), facade);
            }
            return null;
        } catch (FailureException e) {
            return e.failure().failureClass() == FailureClass.BUSY ? null : e.failure();
        } catch (SQLException e) {
            ViewName view = facts.identity().view();
            if (StatementFailures.of(e, view).failureClass() == FailureClass.BUSY) {
                return null;
            }
            throw e;
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }
}
