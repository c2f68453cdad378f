package dev.matview.operator.postgres.replacement;

import dev.matview.operator.api.Reason;
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
import dev.matview.operator.postgres.StatementFailures;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewIdentity;
import dev.matview.operator.postgres.ViewName;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes a view that is declared and does not exist: with its indexes and without data, in one transaction; then fills it. */
public final class Creation implements RefreshAttempt {
    private static final Duration LOOK = Duration.ofSeconds(30);

    private final Connection connection;
    private final ViewIdentity identity;
    private final DeclaredView declared;
    private final Definition definition;
    private final String user;
    private final Cancellation cancellation;
    private @Nullable ViewFacts made;
    private boolean created;

    /**
     * Of a view that was not there when it was looked for.
     *
     * @param declared what it is to be, with a definition
     * @param user of the connection, who will own it
     */
    public Creation(
            Connection connection,
            ViewIdentity identity,
            DeclaredView declared,
            String user,
            Cancellation cancellation) {
        this.connection = connection;
        this.identity = identity;
        this.declared = declared;
        this.definition = Objects.requireNonNull(declared.upkeep().definition());
        this.user = user;
        this.cancellation = cancellation;
    }

    /** What speaks against it, or null; tried, and undone. */
    public @Nullable Failure objection() {
        try {
            try {
                declared.settings().apply(create(Deadline.in(LOOK)));
                return null;
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (FailureException e) {
            return e.failure();
        } catch (SQLException e) {
            return StatementFailures.of(e, identity.view());
        }
    }

    @Override
    public RefreshResult run(RefreshBounds bounds, Deadline end)
            throws SQLException, FailureException, InterruptedException {
        ViewFacts facts = made;
        if (facts == null) {
            facts = make(end);
            made = facts;
        }
        var filling = Preflight.effectiveMode(facts, declared.mode());
        RefreshResult result = Modes.attempt(connection, facts, filling, declared.settings(), cancellation)
                .run(bounds, end);
        if (!created) {
            return result;
        }
        var notices = new ArrayList<>(List.of(identity.view() + " was created"));
        notices.addAll(result.notices());
        return result.with(notices);
    }

    /** The view that was made, or null before that. */
    public @Nullable ViewFacts made() {
        return made;
    }

    @Override
    public List<Long> relations() {
        return made == null ? List.of() : List.of(made.oid());
    }

    private ViewFacts make(Deadline end) throws SQLException, FailureException {
        connection.setAutoCommit(true);
        try {
            ViewFacts facts = Catalog.inspect(connection, identity);
            check(facts, false);
            return facts;
        } catch (FailureException e) {
            if (e.failure().reason() != Reason.VIEW_MISSING) {
                throw e;
            }
        }
        BoundedTransaction transaction = create(end);
        ViewFacts facts = Catalog.inspect(connection, identity);
        facts = facts.defined(
                DefinitionDrift.hash(Shape.of(connection, facts.oid()).query()));
        transaction.commit();
        created = true;
        return facts;
    }

    /** All but the commit. */
    private BoundedTransaction create(Deadline end) throws SQLException, FailureException {
        ViewName view = identity.view();
        BoundedTransaction transaction = BoundedTransaction.begin(connection, identity, end, cancellation);
        PinnedSettings.pin(transaction);
        checkSchema();
        DeclaredQuery.run(
                transaction, definition, "CREATE MATERIALIZED VIEW " + view.quoted() + " AS\n", "WITH NO DATA", view);
        new DeclaredIndexes(definition.indexes(), view).create(transaction, view);
        ViewFacts facts = Catalog.inspect(connection, identity);
        check(facts, true);
        if (declared.mode() == RefreshMode.BLUE_GREEN) {
            new Adoption(connection, facts, cancellation).within(transaction, end);
        }
        return transaction;
    }

    /** @param adopt whether a materialized view may become a facade: only one that was made here */
    private void check(ViewFacts facts, boolean adopt) throws FailureException {
        Failure failure = Preflight.check(facts, declared.mode(), adopt, user);
        if (failure != null) {
            throw new FailureException(failure);
        }
    }

    private void checkSchema() throws SQLException, FailureException {
        String schema = identity.view().schema();
        List<Boolean> may = Rows.of(
                connection,
                "SELECT pg_catalog.has_schema_privilege(oid, 'CREATE') FROM pg_catalog.pg_namespace WHERE nspname = ?",
                row -> row.getBoolean(1),
                schema);
        if (may.isEmpty()) {
            throw new FailureException(new Failure(
                    Reason.VIEW_MISSING,
                    "there is no schema " + ViewName.quote(schema) + " to create " + identity.view()
                            + " in: create it, or correct spec.view"));
        } else if (!may.getFirst()) {
            throw new FailureException(new Failure(
                    Reason.PERMISSION_DENIED,
                    "user \"" + user + "\" may not create " + identity.view() + ": GRANT CREATE ON SCHEMA "
                            + ViewName.quote(schema) + " TO " + ViewName.quote(user)));
        }
    }
}
