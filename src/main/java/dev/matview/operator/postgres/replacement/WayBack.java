package dev.matview.operator.postgres.replacement;

import dev.matview.operator.net.Deadline;
import dev.matview.operator.postgres.BoundedTransaction;
import dev.matview.operator.postgres.Cancellation;
import dev.matview.operator.postgres.Facade;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.ViewIdentity;
import dev.matview.operator.postgres.ViewName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns a facade back into a materialized view, in one transaction: the active side gets the name and what was granted
 * and said of the facade, the other one goes.
 */
final class WayBack {
    /** Names that the sides have of each other's indexes and statistics: they get the shorter one back. */
    private static final String RENAMES = """
            SELECT pg_catalog.format('ALTER INDEX %s RENAME TO %I', x.indexrelid::pg_catalog.regclass,
                       pg_catalog.regexp_replace(coalesce(o.relname, c.relname), '__(blue|green)$', ''))
            FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid
            LEFT JOIN LATERAL (SELECT p.relname FROM pg_catalog.pg_index y JOIN pg_catalog.pg_class p ON p.oid = y.indexrelid
                WHERE y.indrelid = ?2 AND p.relname !~ '__(blue|green)$' AND y.indisunique = x.indisunique
                  AND pg_catalog.regexp_replace(pg_catalog.pg_get_indexdef(y.indexrelid), '^.*? USING ', '')
                    = pg_catalog.regexp_replace(pg_catalog.pg_get_indexdef(x.indexrelid), '^.*? USING ', '')
                ORDER BY p.oid LIMIT 1) o ON true
            WHERE x.indrelid = ?1 AND c.relname ~ '__(blue|green)$'
            UNION ALL SELECT pg_catalog.format('ALTER STATISTICS %I.%I RENAME TO %I', stxnamespace::pg_catalog.regnamespace::text, stxname,
                       pg_catalog.regexp_replace(stxname, '__(blue|green)$', ''))
            FROM pg_catalog.pg_statistic_ext WHERE stxrelid = ?1 AND stxname ~ '__(blue|green)$'
            """;

    private static final String NO_COMMENTS = """
            SELECT CASE d.objsubid WHEN 0 THEN pg_catalog.format('COMMENT ON MATERIALIZED VIEW %s IS NULL', ?::text)
                   ELSE pg_catalog.format('COMMENT ON COLUMN %s.%I IS NULL', ?::text, a.attname) END
            FROM pg_catalog.pg_description d LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid
            WHERE d.objoid = ? AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
            """;

    private final Connection connection;
    private final ViewIdentity identity;
    private final ViewName view;
    private final Facade facade;
    private final Cancellation cancellation;

    WayBack(Connection connection, ViewIdentity identity, Facade facade, Cancellation cancellation) {
        this.connection = connection;
        this.identity = identity;
        this.view = identity.view();
        this.facade = facade;
        this.cancellation = cancellation;
    }

    /** Does it. @throws FailureException of reason ReplacementRefused, ViewBusy, RefreshInProgress or PermissionDenied */
    void run(RefreshBounds bounds, Deadline end) throws SQLException, FailureException, InterruptedException {
        BoundedTransaction transaction = BoundedTransaction.begin(connection, identity, end, cancellation);
        PinnedSettings.pin(transaction);
        check(connection, view, facade);
        Deadline patience = end.orIn(LockWindow.PATIENCE);
        holdOffAutovacuum(transaction);
        Dumps.await(connection, patience);
        Dependent.reserve(transaction, facade.oid(), patience);
        String version = Versions.of(connection, facade.oid(), "");
        String active = Versions.of(connection, facade.activeOid(), view.name());
        List<Dependent> dependents = Dependent.of(connection, facade.oid());
        Shape shape = Shape.of(connection, facade.oid());
        Script script = script(transaction, dependents, shape);
        Dependent.hold(transaction, dependents);
        var relations = new ArrayList<Long>();
        var steps = new ArrayList<Step>();
        for (Dependent dependent : dependents) {
            relations.add(dependent.oid());
            steps.add(dependent.lock());
        }
        String owner = " OWNER TO " + ViewName.quote(shape.owner());
        relations.add(facade.oid());
        steps.add(Step.sql("ALTER VIEW " + view.quoted() + owner));
        relations.add(facade.activeOid());
        steps.add(Step.sql("ALTER MATERIALIZED VIEW " + facade.active().of(view).quoted() + owner));
        if (facade.idleOid() != null) {
            relations.add(facade.idleOid());
            steps.add(Step.sql("ALTER MATERIALIZED VIEW "
                    + facade.active().other().of(view).quoted() + owner));
        }
        steps.add(Step.unchanged(Versions.query(facade.oid(), ""), version));
        steps.add(Step.unchanged(Versions.query(facade.activeOid(), view.name()), active));
        steps.addAll(script.steps());
        dependents.forEach(dependent -> steps.add(dependent.verify()));
        new LockWindow(transaction, relations, steps, view + " or views that read it", bounds.lock()).enter(patience);
        transaction.commit();
    }

    /** Of both sides: the one that goes must be locked as well. */
    private void holdOffAutovacuum(BoundedTransaction transaction) throws SQLException {
        transaction.holdOffAutovacuum(facade.active().of(view), Copy.options(connection, facade.activeOid()));
        if (facade.idleOid() != null) {
            transaction.holdOffAutovacuum(facade.active().other().of(view), Copy.options(connection, facade.idleOid()));
        }
    }

    /** What must be so before any work. To be called under {@link PinnedSettings}. */
    static void check(Connection connection, ViewName view, Facade facade) throws SQLException, FailureException {
        Refusals.checkDependents(connection, view, facade.oid());
        Permissions.check(connection, view, facade.oid());
        Permissions.check(connection, facade.active().of(view), facade.activeOid());
        Shape shape = Shape.of(connection, facade.oid());
        if (!shape.owner().equals(Shape.of(connection, facade.activeOid()).owner())) {
            throw Refusals.refused(view + " and " + facade.active().of(view)
                    + " belong to different roles, and a refresh uses its owner's rights: ALTER VIEW " + view
                    + " or its sides OWNER TO the one that is meant");
        }
        if (!shape.options().isEmpty()) {
            throw Refusals.refused("the plain view " + view + " has options, which a materialized view can't have:"
                    + " ALTER VIEW " + view + " RESET them, or leave mode BlueGreen as it is");
        }
        if (facade.idleOid() != null) {
            ViewName idle = facade.active().other().of(view);
            Refusals.checkDependents(connection, idle, facade.idleOid());
            for (Dependent dependent : Dependent.of(connection, facade.idleOid())) {
                throw Refusals.refused("view " + dependent.name() + " reads " + idle
                        + ", which goes when the facade does: let it read " + view + " instead");
            }
        }
    }

    private Script script(BoundedTransaction transaction, List<Dependent> dependents, Shape shape)
            throws SQLException, FailureException {
        var temporary = new ViewName(view.schema(), "matview_facade_" + facade.oid());
        ViewName active = facade.active().of(view);
        String owner = shape.owner();
        Script script = Script.of(transaction);
        Rows.of(connection, NO_COMMENTS, row -> row.getString(1), active.quoted(), active.quoted(), facade.activeOid())
                .forEach(sql -> script.as(owner, sql));
        List<Trait> traits = Traits.of(connection, facade.oid(), active, "MATERIALIZED VIEW", "").stream()
                .filter(Trait::ofPlainViews)
                .toList();
        script.give(traits, owner)
                .as(owner, "ALTER VIEW " + view.quoted() + " RENAME TO " + ViewName.quote(temporary.name()))
                .as(owner, "ALTER MATERIALIZED VIEW " + active.quoted() + " RENAME TO " + ViewName.quote(view.name()));
        dependents.forEach(script::rebind);
        script.as(owner, "DROP VIEW " + temporary.quoted());
        if (facade.idleOid() != null) {
            script.as(
                    owner,
                    "DROP MATERIALIZED VIEW " + facade.active().other().of(view).quoted());
        }
        String idle = facade.idleOid() == null ? "NULL" : facade.idleOid().toString();
        Rows.of(
                        connection,
                        RENAMES.replace("?1", Long.toString(facade.activeOid())).replace("?2", idle),
                        row -> row.getString(1))
                .forEach(sql -> script.rename(sql, owner));
        RowVariables.healing(connection, view).forEach(script::asUser);
        return script;
    }
}
