package dev.matview.operator.postgres.replacement;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Finds out whether anything about a view, its indexes and statistics, and the views that read it has changed: every
 * change leaves another transaction in the catalog's row ({@code xmin}). Of the relations themselves the content counts,
 * with the file that a refresh changes, but without the statistics of a vacuum.
 */
final class Versions {
    private Versions() {}

    /**
     * A query of one text, which stays the same as long as nothing changes.
     *
     * @param oid of the view
     * @param facade name of a plain view that is not counted: the one that is being made
     */
    static String query(long oid, String facade) {
        return """
                WITH d AS (SELECT %1$d::pg_catalog.oid AS oid
                           UNION SELECT r.ev_class FROM pg_catalog.pg_depend p JOIN pg_catalog.pg_rewrite r ON r.oid = p.objid
                           JOIN pg_catalog.pg_class c ON c.oid = r.ev_class AND c.relname <> %2$s
                           WHERE p.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
                             AND p.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND p.refobjid = %1$d),
                     x AS (SELECT x.indexrelid AS oid, x.xmin FROM pg_catalog.pg_index x JOIN d ON x.indrelid = d.oid),
                     e AS (SELECT e.oid, e.xmin FROM pg_catalog.pg_statistic_ext e JOIN d ON e.stxrelid = d.oid),
                     o AS (SELECT oid FROM d UNION SELECT oid FROM x UNION SELECT oid FROM e),
                     v (kind, oid, sub, state) AS (
                         SELECT 1, c.oid, 0, (pg_catalog.to_jsonb(c) - '{relpages,reltuples,relallvisible,relallfrozen,relfrozenxid,relminmxid}'::text[])::text
                         FROM pg_catalog.pg_class c JOIN o USING (oid)
                         UNION ALL SELECT 2, attrelid, attnum, a.xmin::text FROM pg_catalog.pg_attribute a JOIN o ON o.oid = attrelid WHERE attnum > 0
                         UNION ALL SELECT 3, r.oid, 0, r.xmin::text FROM pg_catalog.pg_rewrite r JOIN d ON d.oid = r.ev_class
                         UNION ALL SELECT 4, oid, 0, xmin::text FROM x
                         UNION ALL SELECT 5, oid, 0, xmin::text FROM e
                         UNION ALL SELECT 6, t.oid, 0, t.xmin::text FROM pg_catalog.pg_trigger t JOIN d ON d.oid = t.tgrelid
                         UNION ALL SELECT 7, objoid, objsubid, s.xmin::text FROM pg_catalog.pg_description s JOIN o ON o.oid = objoid
                         UNION ALL SELECT 8, objoid, objsubid, s.xmin::text FROM pg_catalog.pg_seclabel s JOIN o ON o.oid = objoid)
                SELECT pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat_ws(' ', kind, oid, sub, state), ',' ORDER BY kind, oid, sub)) FROM v
                """.formatted(oid, Step.literal(facade));
    }

    /**
     * The same of the view, its indexes and statistics alone, and without grants and comments: what a copy that was
     * made before a change can't be given afterwards.
     */
    static String structure(Connection connection, long oid) throws SQLException {
        return Rows.one(connection, """
                WITH x AS (SELECT x.indexrelid AS oid, x.xmin FROM pg_catalog.pg_index x WHERE x.indrelid = ?1),
                     e AS (SELECT e.oid, e.xmin FROM pg_catalog.pg_statistic_ext e WHERE e.stxrelid = ?1),
                     o AS (SELECT ?1::pg_catalog.oid AS oid UNION SELECT oid FROM x),
                     v (kind, oid, sub, state) AS (
                         SELECT 1, c.oid, 0, (pg_catalog.to_jsonb(c)
                             - '{relpages,reltuples,relallvisible,relallfrozen,relfrozenxid,relminmxid,relacl}'::text[])::text
                         FROM pg_catalog.pg_class c JOIN o USING (oid)
                         UNION ALL SELECT 2, attrelid, attnum, (pg_catalog.to_jsonb(a) - 'attacl')::text
                         FROM pg_catalog.pg_attribute a JOIN o ON o.oid = attrelid WHERE attnum > 0
                         UNION ALL SELECT 3, r.oid, 0, r.xmin::text FROM pg_catalog.pg_rewrite r WHERE r.ev_class = ?1
                         UNION ALL SELECT 4, oid, 0, xmin::text FROM x
                         UNION ALL SELECT 5, oid, 0, xmin::text FROM e)
                SELECT pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat_ws(' ', kind, oid, sub, state), ','
                                                            ORDER BY kind, oid, sub)) FROM v
                """.replace("?1", Long.toString(oid)), row -> String.valueOf(row.getString(1)));
    }

    static String of(Connection connection, long oid, String facade) throws SQLException {
        return Rows.one(connection, query(oid, facade), row -> row.getString(1));
    }
}
