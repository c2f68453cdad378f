package dev.matview.operator.refresh;

import dev.matview.operator.api.FailureClass;
import dev.matview.operator.api.OnDrift;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.api.ViewWarning;
import dev.matview.operator.postgres.Advice;
import dev.matview.operator.postgres.Cancellation;
import dev.matview.operator.postgres.DeclaredView;
import dev.matview.operator.postgres.Definition;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.Preflight;
import dev.matview.operator.postgres.RefreshAttempt;
import dev.matview.operator.postgres.StatementFailures;
import dev.matview.operator.postgres.Upkeep;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.replacement.DefinitionDrift;
import dev.matview.operator.postgres.replacement.Modes;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One run's comparison of the view with what the resource declares.
 *
 * @param facts of the view, with a hash of its query if that was looked at
 * @param drift that a run corrects, or null when there is none
 * @param warnings about any other, and about that as long as it is not corrected
 * @param advice what would make refreshes cheaper; null when nobody has asked yet
 */
record DeclaredState(
        ViewFacts facts,
        @Nullable DefinitionDrift drift,
        List<ViewWarning> warnings,
        @Nullable List<ViewWarning> advice) {
    private static final Logger LOG = Logger.getLogger(DeclaredState.class);

    /** SQLSTATE of a text that is not in the language: that is an error in the resource, whatever the database holds. */
    private static final String SYNTAX = "42601";

    /**
     * Looks, on a connection that is in no transaction.
     *
     * @throws FailureException of reason InvalidDefinition
     */
    static DeclaredState look(Connection connection, ViewFacts facts, Upkeep upkeep) throws FailureException {
        Definition definition = upkeep.definition();
        if (definition == null) {
            return new DeclaredState(facts, null, List.of(), null);
        }
        try {
            DefinitionDrift found = DefinitionDrift.of(connection, facts, definition);
            ViewFacts defined = facts.defined(found.hash());
            if (!found.exists()) {
                return new DeclaredState(defined, null, List.of(), null);
            }
            return switch (upkeep.onDrift()) {
                case REPORT ->
                    new DeclaredState(
                            defined,
                            null,
                            warning(found, facts, "correct the one that is wrong, or set spec.onDrift to Recreate"),
                            null);
                case RECREATE ->
                    new DeclaredState(defined, found, warning(found, facts, "the next run corrects it"), null);
            };
        } catch (FailureException e) {
            return notCompared(facts, upkeep, e);
        }
    }

    /** The view is refreshed all the same, unless the resource itself is wrong. */
    private static DeclaredState notCompared(ViewFacts facts, Upkeep upkeep, FailureException e)
            throws FailureException {
        Failure failure = e.failure();
        boolean definition = failure.reason() == Reason.INVALID_DEFINITION;
        boolean wrong = definition
                && (upkeep.onDrift() == OnDrift.RECREATE
                        || failure.sqlState() == null
                        || SYNTAX.equals(failure.sqlState()));
        if (wrong || failure.failureClass() == FailureClass.UNREACHABLE) {
            throw e;
        }
        String message = definition
                ? failure.message() + "; the view is refreshed as it is"
                : "whether the view is what spec.view.definition says is not known: " + failure.message();
        String reason = definition ? ViewWarning.DEFINITION_DRIFT : ViewWarning.DEFINITION_NOT_COMPARED;
        return new DeclaredState(facts, null, List.of(new ViewWarning(reason, message)), null);
    }

    private static List<ViewWarning> warning(DefinitionDrift found, ViewFacts facts, String fix) {
        String message = found.text(facts.identity().view()) + ": " + fix;
        return List.of(new ViewWarning(ViewWarning.DEFINITION_DRIFT, message));
    }

    /** The facts once the drift is corrected. */
    ViewFacts corrected() {
        String query = drift == null ? null : drift.query();
        return query == null ? facts : facts.defined(DefinitionDrift.hash(query));
    }

    /** Why the view can't be refreshed as the request asks, or null. */
    @Nullable
    Failure objection(Connection connection, RunRequest<?> request, String user) {
        DeclaredView view = request.view();
        // An index that is still to be made is not missed, but whoever makes it needs the owner's rights.
        boolean corrects = drift != null && view.mode() != RefreshMode.BLUE_GREEN;
        RefreshMode checked = corrects ? RefreshMode.SWAP : view.mode();
        Failure failure = Preflight.check(facts, checked, view.adopt(), user);
        try {
            return failure == null ? Modes.objection(connection, facts, view.mode(), view.settings(), drift) : failure;
        } catch (SQLException e) {
            return StatementFailures.of(e, view.name());
        }
    }

    /** How it is refreshed, and its drift corrected. */
    RefreshAttempt attempt(Connection connection, RunRequest<?> request, Cancellation cancellation) {
        DeclaredView view = request.view();
        RefreshMode mode = Preflight.effectiveMode(facts, view.mode());
        return drift == null
                ? Modes.attempt(connection, facts, mode, view.settings(), cancellation)
                : Modes.correction(connection, facts, drift, view, cancellation);
    }

    /** The same with what would make refreshes cheaper; without, when the server can't tell. */
    DeclaredState advised(Connection connection, RunRequest<?> request) {
        if (advice != null) {
            return this;
        }
        List<ViewWarning> found = List.of();
        try {
            found = Advice.look(connection, facts, request.view().mode());
        } catch (SQLException e) {
            LOG.debugf("no advice on %s (SQLSTATE %s)", request.view().name(), e.getSQLState());
        }
        return new DeclaredState(facts, drift, warnings, found);
    }

    /** These warnings with what would make refreshes cheaper. */
    List<ViewWarning> advised(Connection connection, RunRequest<?> request, List<ViewWarning> found) {
        List<ViewWarning> more = advised(connection, request).advice();
        return more == null
                ? found
                : Stream.concat(found.stream(), more.stream()).toList();
    }
}
