package dev.matview.operator.postgres.replacement;

import dev.matview.operator.api.Reason;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.ViewName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What makes a replacement impossible: everything that depends on the view and is not known to survive. */
final class Refusals {
    private static final int SHOWN = 3;

    /** The view, its row type and the array of that; all but what is its own, and views whose query can be read anew. */
    private static final String DEPENDING = """
            WITH c AS (SELECT c.oid, c.reltype, t.typarray FROM pg_catalog.pg_class c
                       JOIN pg_catalog.pg_type t ON t.oid = c.reltype WHERE c.oid = ?),
                 v AS (SELECT oid, 'pg_catalog.pg_class'::pg_catalog.regclass::oid AS refclass, oid AS ref FROM c
                       UNION ALL SELECT oid, 'pg_catalog.pg_type'::pg_catalog.regclass, reltype FROM c
                       UNION ALL SELECT oid, 'pg_catalog.pg_type'::pg_catalog.regclass, typarray FROM c)
            SELECT DISTINCT coalesce(
                       (SELECT pg_catalog.pg_describe_object('pg_catalog.pg_class'::pg_catalog.regclass, r.ev_class, 0)
                        FROM pg_catalog.pg_rewrite r
                        WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = d.objid AND r.ev_type = '1'),
                       pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid))
            FROM v JOIN pg_catalog.pg_depend d ON d.refclassid = v.refclass AND d.refobjid = v.ref
            WHERE d.deptype <> 'i'
              AND NOT (d.refobjid = v.oid AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                   AND EXISTS (SELECT FROM pg_catalog.pg_index x WHERE x.indexrelid = d.objid AND x.indrelid = v.oid))
              AND NOT (d.refobjid = v.oid AND d.classid = 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass
                   AND EXISTS (SELECT FROM pg_catalog.pg_statistic_ext e WHERE e.oid = d.objid AND e.stxrelid = v.oid))
              AND NOT (d.refobjid = v.oid AND d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
                   AND EXISTS (SELECT FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
                               WHERE r.oid = d.objid AND r.ev_type = '1'
                                 AND (c.oid = v.oid OR c.relkind = 'v')))
            ORDER BY 1
            """;

    private static final String TEMPORARY = """
            SELECT c.relname FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid
            JOIN pg_catalog.pg_class c ON c.oid = r.ev_class AND c.relpersistence = 't'
            WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
              AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = ?
            """;

    private static final String EXTENSION = """
            SELECT e.extname FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
            WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = ?
              AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype = 'e'
            """;

    private static final String TAKEN = """
            SELECT relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ? AND c.relname = ANY (?)
            UNION SELECT typname FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            WHERE n.nspname = ? AND t.typname = ANY (?) AND t.typelem = 0
            """;

    private Refusals() {}

    /** Refuses when something depends on that relation that would not survive. */
    static void checkDependents(Connection connection, ViewName view, long oid) throws SQLException, FailureException {
        List<String> depending = Rows.of(connection, DEPENDING, row -> row.getString(1), oid);
        if (!depending.isEmpty()) {
            throw refused(view + " can't be replaced, as this depends on it and would not survive: "
                    + String.join(", ", depending.subList(0, Math.min(SHOWN, depending.size())))
                    + (depending.size() > SHOWN ? " and " + (depending.size() - SHOWN) + " more" : "")
                    + "; drop it, let it read a plain view on " + view + " instead, or choose another mode");
        }
        for (String temporary : Rows.of(connection, TEMPORARY, row -> row.getString(1), oid)) {
            throw new FailureException(new Failure(
                    Reason.VIEW_BUSY,
                    "a session uses a temporary view \"" + temporary + "\" that reads " + view
                            + ", which nobody else can replace,"));
        }
        for (String extension : Rows.of(connection, EXTENSION, row -> row.getString(1), oid)) {
            throw refused(view + " can't be replaced, as it belongs to extension \"" + extension
                    + "\": choose another mode, or ALTER EXTENSION ... DROP MATERIALIZED VIEW");
        }
    }

    /** Refuses when a relation or type has one of these names. */
    static void checkFree(Connection connection, List<ViewName> names) throws SQLException, FailureException {
        String schema = names.getFirst().schema();
        String[] wanted = names.stream().map(ViewName::name).toArray(String[]::new);
        for (String taken : Rows.of(connection, TAKEN, row -> row.getString(1), schema, wanted, schema, wanted)) {
            throw refused("something has the name " + new ViewName(schema, taken)
                    + " already, which a side of the view is to get: rename it");
        }
    }

    static FailureException refused(String message) {
        return new FailureException(new Failure(Reason.REPLACEMENT_REFUSED, message));
    }
}
