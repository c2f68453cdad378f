package dev.matview.operator.postgres.replacement;

import dev.matview.operator.api.IndexSpec;
import dev.matview.operator.api.Reason;
import dev.matview.operator.postgres.BoundedTransaction;
import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.Definition;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.ViewIdentity;
import dev.matview.operator.postgres.ViewName;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;

/**
 * What a view is to be from now on.
 *
 * @param definition its indexes it is to have besides those of the present view
 * @param concurrent whether it must have an index for concurrent refreshes
 */
record Redefinition(Definition definition, boolean concurrent) {
    /** Columns that a plain view reads, and that would not be there any more, or be something else. */
    private static final String LOST_COLUMNS = """
            SELECT DISTINCT pg_catalog.pg_describe_object('pg_catalog.pg_class'::pg_catalog.regclass, d.oid, 0), a.attname
            FROM pg_catalog.pg_depend p JOIN pg_catalog.pg_rewrite r ON r.oid = p.objid
            JOIN pg_catalog.pg_class d ON d.oid = r.ev_class AND d.oid <> p.refobjid
            JOIN pg_catalog.pg_attribute a ON a.attrelid = p.refobjid AND a.attnum = p.refobjsubid
            LEFT JOIN pg_catalog.pg_attribute n ON n.attrelid = ? AND n.attnum > 0 AND n.attname = a.attname
            WHERE p.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
              AND p.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND p.refobjid = ? AND p.refobjsubid > 0
              AND (n.atttypid, n.atttypmod, n.attcollation) IS DISTINCT FROM (a.atttypid, a.atttypmod, a.attcollation)
            ORDER BY 1, 2
            """;

    /**
     * Makes it, without data and with all of the present view that fits it. To be called under {@link PinnedSettings}.
     *
     * @param original shape of the present view, see {@link Copy#create}
     * @param traits all that the present view has, for the target
     * @param identity of the view
     * @param read {@code pg_class.oid} of the relation that other views read
     * @return what does not fit, as sentences for people
     * @throws FailureException of reason ReplacementRefused, when a view that reads it would not survive
     */
    List<String> create(
            BoundedTransaction transaction,
            Shape original,
            List<Trait> traits,
            ViewIdentity identity,
            long read,
            ViewName target)
            throws SQLException, FailureException {
        ViewName view = identity.view();
        Connection connection = transaction.connection();
        Refusals.checkFree(connection, List.of(target));
        String user = Rows.one(connection, "SELECT current_user::text", row -> row.getString(1));
        transaction.execute("SET LOCAL ROLE " + ViewName.quote(original.owner()));
        DeclaredQuery.run(transaction, definition, original.beginning(target), "WITH NO DATA", view);
        transaction.execute("SET LOCAL ROLE " + ViewName.quote(user));
        long oid = Copy.oid(connection, target);
        checkReaders(connection, view, read, oid);
        List<String> lost = dress(transaction, Shape.of(connection, oid), traits, view);
        List<IndexSpec> missing = new DeclaredIndexes(definition.indexes(), view).missing(connection, oid);
        new DeclaredIndexes(missing, view).create(transaction, target);
        var made = new ViewIdentity(identity.system(), identity.database(), target);
        if (concurrent && Catalog.inspect(connection, made).usableUniqueIndex() == null) {
            throw new FailureException(new Failure(
                    Reason.NO_UNIQUE_INDEX,
                    "with its declared definition " + view + " would have no unique index, which mode Concurrent needs:"
                            + " add one to spec.view.indexes, or choose another mode"));
        }
        return lost;
    }

    /**
     * Refuses when a view reads a column that would not be there any more, or would have another type.
     *
     * @param read {@code pg_class.oid} of the relation that it reads
     * @param oid of one with the columns to be
     */
    static void checkReaders(Connection connection, ViewName view, long read, long oid)
            throws SQLException, FailureException {
        for (String lost : Rows.of(
                connection,
                LOST_COLUMNS,
                row -> row.getString(1) + " reads its column " + ViewName.quote(row.getString(2)),
                oid,
                read)) {
            throw Refusals.refused(view + " can't be given its declared definition: " + lost
                    + ", which that does not have, or has with another type; change or drop the view that reads it, or"
                    + " keep the column");
        }
    }

    /** Gives it one thing after the other: what is about columns that are gone or are something else now is left out. */
    private static List<String> dress(BoundedTransaction transaction, Shape made, List<Trait> traits, ViewName view)
            throws SQLException {
        Connection connection = transaction.connection();
        var lost = new ArrayList<String>();
        for (Trait trait : traits) {
            if (trait.column() != null && !made.hasColumn(trait.column())) {
                continue;
            }
            Savepoint before = connection.setSavepoint();
            try {
                Script.of(transaction).give(List.of(trait), made.owner()).run(transaction);
                connection.releaseSavepoint(before);
            } catch (SQLException e) {
                if (!String.valueOf(e.getSQLState()).startsWith("42") || trait.isGrant()) {
                    throw e;
                }
                connection.rollback(before);
                if (trait.isOfItsOwn()) {
                    lost.add(trait.what() + " of " + view + " does not fit its new definition and is gone");
                }
            }
        }
        return lost;
    }
}
