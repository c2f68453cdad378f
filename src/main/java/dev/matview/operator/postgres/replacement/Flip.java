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
import java.util.List;

/**
 * Lets a facade show its idle side. Only the facade is locked, so there is no order of locks that readers could have
 * taken the other way round.
 */
final class Flip {
    private final Connection connection;
    private final ViewIdentity identity;
    private final Cancellation cancellation;

    Flip(Connection connection, ViewIdentity identity, Cancellation cancellation) {
        this.connection = connection;
        this.identity = identity;
        this.cancellation = cancellation;
    }

    /**
     * Does it, unless somebody else has in the meantime.
     *
     * @param facade as it was before the idle side was refreshed
     * @param states of the active side before that, and of the idle one after it
     * @return false when a side has another content than then, so that the idle one must be refreshed again
     */
    boolean run(Facade facade, States states, RefreshBounds bounds, Deadline end)
            throws SQLException, FailureException, InterruptedException {
        ViewName view = identity.view();
        BoundedTransaction transaction = BoundedTransaction.begin(connection, identity, end, cancellation);
        PinnedSettings.pin(transaction);
        String catalog = catalog(facade);
        String before = Rows.one(connection, "SELECT " + catalog, row -> row.getString(1));
        Facade found = Facade.find(connection, facade.oid());
        if (!states.equals(States.of(connection, facade))) {
            return false;
        } else if (!facade.equals(found)) {
            return found != null && found.active() != facade.active();
        }
        Shape shape = Shape.of(connection, facade.oid());
        String replace = "CREATE OR REPLACE VIEW " + view.quoted() + options(connection, facade.oid()) + " AS SELECT "
                + shape.columns() + " FROM " + facade.active().other().of(view).quoted();
        var window = new LockWindow(
                transaction,
                List.of(facade.oid()),
                List.of(
                        Step.sql("ALTER VIEW " + view.quoted() + " OWNER TO " + ViewName.quote(shape.owner())),
                        Step.unchanged("SELECT " + catalog, before),
                        Step.sql("SET LOCAL ROLE " + ViewName.quote(shape.owner())),
                        Step.sql(replace)),
                view.toString(),
                bounds.lock());
        window.enter(end);
        transaction.commit();
        return true;
    }

    /** Whatever changes the facade, or the content or the name of a side, changes this text. */
    private static String catalog(Facade facade) {
        return """
                pg_catalog.concat_ws(' ',
                    (SELECT pg_catalog.concat_ws(' ', xmin, relname) FROM pg_catalog.pg_class WHERE oid = %1$d),
                    (SELECT xmin FROM pg_catalog.pg_rewrite WHERE ev_class = %1$d AND ev_type = '1'),
                    (SELECT pg_catalog.string_agg(xmin::text, ' ' ORDER BY attnum) FROM pg_catalog.pg_attribute WHERE attrelid = %1$d),
                    (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', oid, relname, relfilenode), ' ' ORDER BY oid)
                     FROM pg_catalog.pg_class WHERE oid IN (%2$d, %3$d)))
                """.formatted(facade.oid(), facade.activeOid(), facade.idleOid());
    }

    /** CREATE OR REPLACE VIEW drops the options that it does not repeat. */
    static String options(Connection connection, long oid) throws SQLException {
        return Rows.one(connection, """
                SELECT coalesce(' WITH (' || pg_catalog.string_agg(pg_catalog.format('%I = %L', o.option_name, o.option_value), ', ')
                                || ')', '')
                FROM pg_catalog.pg_class c CROSS JOIN LATERAL pg_catalog.pg_options_to_table(c.reloptions) AS o WHERE c.oid = ?
                """, row -> row.getString(1), oid);
    }

    /** What the sides hold: a refresh writes a new file, also one by hand. */
    record States(long active, long idle) {
        static States of(Connection connection, Facade facade) throws SQLException {
            return Rows.one(
                    connection,
                    """
                    SELECT coalesce((SELECT relfilenode::bigint FROM pg_catalog.pg_class WHERE oid = ?), 0),
                           coalesce((SELECT relfilenode::bigint FROM pg_catalog.pg_class WHERE oid = ?), 0)
                    """,
                    row -> new States(row.getLong(1), row.getLong(2)),
                    facade.activeOid(),
                    facade.idleOid() == null ? 0L : facade.idleOid());
        }
    }
}
