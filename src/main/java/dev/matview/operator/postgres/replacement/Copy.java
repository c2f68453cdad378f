package dev.matview.operator.postgres.replacement;

import dev.matview.operator.postgres.BoundedTransaction;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.ViewName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a materialized view like another, with everything that has. */
final class Copy {
    private Copy() {}

    /**
     * Makes it, without data. To be called under {@link PinnedSettings}.
     *
     * @param original shape of the view that is copied; read in another transaction, as before PostgreSQL 16 reading it
     *     holds a lock on it until the end
     * @param traits all that it has, for that target
     * @param view its name, for people
     * @param target the copy's name
     * @throws FailureException of reason ReplacementRefused, when it can't be like the other
     */
    static void create(
            BoundedTransaction transaction, Shape original, List<Trait> traits, ViewName view, ViewName target)
            throws SQLException, FailureException {
        Connection connection = transaction.connection();
        Refusals.checkFree(connection, List.of(target));
        Script.of(transaction).as(original.owner(), original.create(target)).run(transaction);
        Shape made = Shape.of(connection, oid(connection, target));
        if (!made.alike(original)) {
            throw Refusals.refused("the query of " + view
                    + " can't be written down again: PostgreSQL reads its own text in another way (VALUES with a column"
                    + " list, a composite type that grew, coalesce of a varchar(20) or numeric(12,2) with NULL): write the"
                    + " query in another way, or choose another mode");
        }
        dress(transaction, made, traits, view, target, original.acl());
    }

    /**
     * Gives a copy what it has not got yet.
     *
     * @param copy its shape; what is about a column that it lacks is left out
     * @param acl that it must have then, as {@link Shape#acl} says; null when it may have another
     * @throws FailureException of reason ReplacementRefused, when it has another
     */
    static void dress(
            BoundedTransaction transaction,
            Shape copy,
            List<Trait> traits,
            ViewName view,
            ViewName target,
            @Nullable String acl)
            throws SQLException, FailureException {
        List<Trait> fitting = traits.stream()
                .filter(trait -> trait.column() == null || copy.hasColumn(trait.column()))
                .toList();
        Script.of(transaction).give(fitting, copy.owner()).run(transaction);
        Connection connection = transaction.connection();
        if (acl != null
                && !acl.equals(Shape.of(connection, oid(connection, target)).acl())) {
            throw Refusals.refused(
                    "the grants on " + view
                            + " can't be given again as they are: REVOKE those that depend on other grants, and GRANT them anew");
        }
    }

    /** The names of the storage parameters that are set on it. */
    static List<String> options(Connection connection, long oid) throws SQLException {
        return Rows.of(
                connection,
                "SELECT o.option_name FROM pg_catalog.pg_class c,"
                        + " LATERAL pg_catalog.pg_options_to_table(c.reloptions) AS o WHERE c.oid = ?",
                row -> row.getString(1),
                oid);
    }

    /** The relation of that name, which there is. */
    static long oid(Connection connection, ViewName name) throws SQLException {
        return Rows.one(connection, "SELECT pg_catalog.to_regclass(?)::oid", row -> row.getLong(1), name.quoted());
    }
}
