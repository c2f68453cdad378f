package dev.matview.operator.postgres.replacement;

import dev.matview.operator.postgres.ViewName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Reads what a view has besides its query, and how to give it to another. To be called under {@link PinnedSettings}. */
final class Traits {
    /** Names of indexes and statistics are their schema's, so that the target's need others: cut so that they fit. */
    private static final String NEW_NAME = """
            CASE WHEN pg_catalog.octet_length(b.base || t.suffix) <= 63 THEN b.base || t.suffix
                 ELSE (SELECT pg_catalog.left(b.base, pg_catalog.max(k)) FROM pg_catalog.generate_series(0, 63) AS k
                       WHERE pg_catalog.octet_length(pg_catalog.left(b.base, k)) + 9 + pg_catalog.octet_length(t.suffix) <= 63)
                      || '_' || pg_catalog.left(pg_catalog.md5(b.base), 8) || t.suffix END
            """;

    private static final String QUERY = """
            WITH s AS (SELECT c.*, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS name,
                              pg_catalog.quote_ident(n.nspname) AS schema
                       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ?),
                 t AS (SELECT ?::text AS name, ?::text AS word, ?::text AS suffix),
                 i AS (SELECT x.*, c.relname, c.reltablespace, pg_catalog.pg_get_indexdef(x.indexrelid) AS def,
                              s.schema || '.' || pg_catalog.quote_ident(%1$s) AS target, pg_catalog.quote_ident(%1$s) AS short,
                              CASE WHEN x.indisunique THEN 'CREATE UNIQUE INDEX ' ELSE 'CREATE INDEX ' END AS verb
                       FROM s CROSS JOIN t JOIN pg_catalog.pg_index x ON x.indrelid = s.oid AND x.indisvalid
                       JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid
                       CROSS JOIN LATERAL (SELECT pg_catalog.regexp_replace(c.relname, '__(blue|green)$', '') AS base) b),
                 d AS (SELECT i.*, verb || pg_catalog.substr(i.def, pg_catalog.length(
                                  verb || pg_catalog.quote_ident(i.relname) || ' ON ' || s.name) + 1) AS shape,
                              pg_catalog.substr(i.def, pg_catalog.length(
                                  verb || pg_catalog.quote_ident(i.relname) || ' ON ' || s.name) + 1) AS tail
                       FROM i CROSS JOIN s),
                 x AS (SELECT e.*, e.oid AS statistics, s.name AS source,
                              pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(%1$s) AS target,
                              pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(e.stxname) AS own,
                              pg_catalog.pg_get_statisticsobjdef(e.oid) AS def
                       FROM s CROSS JOIN t JOIN pg_catalog.pg_statistic_ext e ON e.stxrelid = s.oid
                       JOIN pg_catalog.pg_namespace n ON n.oid = e.stxnamespace
                       CROSS JOIN LATERAL (SELECT pg_catalog.regexp_replace(e.stxname, '__(blue|green)$', '') AS base) b),
                 y AS (SELECT x.*, pg_catalog.substr(x.def, pg_catalog.length('CREATE STATISTICS ' || own) + 1,
                              pg_catalog.length(def) - pg_catalog.length('CREATE STATISTICS ' || own || ' FROM ' || source)) AS tail
                       FROM x),
                 a AS (SELECT a.*, pg_catalog.quote_ident(a.attname) AS name FROM s
                       JOIN pg_catalog.pg_attribute a ON a.attrelid = s.oid AND a.attnum > 0 AND NOT a.attisdropped),
                 r AS (SELECT pg_catalog.aclexplode(defaclacl) AS e FROM s JOIN pg_catalog.pg_default_acl
                           ON defaclrole = relowner AND defaclobjtype = 'r' AND defaclnamespace IN (0, relnamespace)),
                 g AS (SELECT 0 AS attnum, NULL::text AS col, e.ord, e.grantor, e.grantee, e.privilege_type AS p, e.is_grantable
                       FROM s CROSS JOIN t CROSS JOIN LATERAL pg_catalog.aclexplode(
                           coalesce(relacl, CASE WHEN EXISTS (SELECT FROM r) OR EXISTS (SELECT FROM pg_catalog.pg_class o
                               WHERE o.oid = pg_catalog.to_regclass(t.name) AND o.relacl IS NOT NULL)
                               THEN pg_catalog.acldefault('r', relowner) END))
                           WITH ORDINALITY AS e (grantor, grantee, privilege_type, is_grantable, ord)
                       UNION ALL SELECT attnum, name, e.ord, e.grantor, e.grantee, e.privilege_type, e.is_grantable
                       FROM a CROSS JOIN LATERAL pg_catalog.aclexplode(attacl)
                           WITH ORDINALITY AS e (grantor, grantee, privilege_type, is_grantable, ord)),
                 h AS (SELECT g.*, CASE grantee WHEN 0 THEN 'PUBLIC'
                                   ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee)) END AS who,
                              p || coalesce(' (' || col || ')', '') AS privilege FROM g),
                 all_traits (kind, place, sub, key, value, what, role, sql) AS (
            SELECT 'OPTION', 1, ord, option_name, option_value, 'option ' || option_name, NULL::text,
                   pg_catalog.format('ALTER %%s %%s SET (%%I = %%L)', word, t.name, option_name, option_value)
            FROM s CROSS JOIN t CROSS JOIN LATERAL pg_catalog.pg_options_to_table(reloptions) WITH ORDINALITY AS o (option_name, option_value, ord)
            UNION ALL SELECT 'OPTION', 2, ord, 'toast.' || option_name, option_value, 'option toast.' || option_name, NULL,
                   pg_catalog.format('ALTER %%s %%s SET (toast.%%I = %%L)', word, t.name, option_name, option_value)
            FROM s CROSS JOIN t JOIN pg_catalog.pg_class toast ON toast.oid = s.reltoastrelid
            CROSS JOIN LATERAL pg_catalog.pg_options_to_table(toast.reloptions) WITH ORDINALITY AS o (option_name, option_value, ord)
            UNION ALL SELECT 'COLUMN', 3, attnum, a.name || ' statistics', attstattarget::text, 'statistics target of column ' || a.name, NULL,
                   pg_catalog.format('ALTER %%s %%s ALTER COLUMN %%s SET STATISTICS %%s', word, t.name, a.name, attstattarget)
            FROM a CROSS JOIN t WHERE attstattarget >= 0
            UNION ALL SELECT 'COLUMN', 4, attnum, a.name || ' storage', v.storage, 'storage of column ' || a.name, NULL,
                   pg_catalog.format('ALTER %%s %%s ALTER COLUMN %%s SET STORAGE %%s', word, t.name, a.name, v.storage)
            FROM a CROSS JOIN t JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
            JOIN (VALUES ('p', 'PLAIN'), ('e', 'EXTERNAL'), ('x', 'EXTENDED'), ('m', 'MAIN')) AS v (letter, storage)
              ON v.letter = a.attstorage::text
            WHERE a.attstorage <> y.typstorage
            UNION ALL SELECT 'COLUMN', 5, attnum, a.name || ' compression', v.method, 'compression of column ' || a.name, NULL,
                   pg_catalog.format('ALTER %%s %%s ALTER COLUMN %%s SET COMPRESSION %%s', word, t.name, a.name, v.method)
            FROM a CROSS JOIN t JOIN (VALUES ('p', 'pglz'), ('l', 'lz4')) AS v (letter, method) ON v.letter = a.attcompression::text
            UNION ALL SELECT 'COLUMN', 6, attnum * 100 + ord, a.name || ' ' || option_name, option_value, option_name || ' of column ' || a.name, NULL,
                   pg_catalog.format('ALTER %%s %%s ALTER COLUMN %%s SET (%%I = %%L)', word, t.name, a.name, option_name, option_value)
            FROM a CROSS JOIN t CROSS JOIN LATERAL pg_catalog.pg_options_to_table(attoptions) WITH ORDINALITY AS o (option_name, option_value, ord)
            UNION ALL SELECT 'INDEX', 7, indexrelid::bigint, shape, '', 'index ' || pg_catalog.quote_ident(relname), NULL,
                   verb || short || ' ON ' || t.name || tail
            FROM d CROSS JOIN t
            UNION ALL SELECT 'INDEX_DETAIL', 8, indexrelid::bigint, shape, spcname, 'tablespace of index ' || pg_catalog.quote_ident(relname), NULL,
                   pg_catalog.format('ALTER INDEX %%s SET TABLESPACE %%I', target, spcname)
            FROM d JOIN pg_catalog.pg_tablespace p ON p.oid = d.reltablespace
            UNION ALL SELECT 'INDEX_DETAIL', 9, indexrelid::bigint, shape || a.attnum, a.attstattarget::text,
                   'statistics target in index ' || pg_catalog.quote_ident(relname), NULL,
                   pg_catalog.format('ALTER INDEX %%s ALTER COLUMN %%s SET STATISTICS %%s', target, a.attnum, a.attstattarget)
            FROM d JOIN pg_catalog.pg_attribute a ON a.attrelid = d.indexrelid AND a.attstattarget >= 0
            UNION ALL SELECT 'COMMENT', 10, indexrelid::bigint, shape, c.text, 'comment on index ' || pg_catalog.quote_ident(relname), NULL,
                   pg_catalog.format('COMMENT ON INDEX %%s IS %%L', target, c.text)
            FROM d CROSS JOIN LATERAL pg_catalog.obj_description(d.indexrelid, 'pg_class') AS c (text)
            WHERE c.text IS NOT NULL
            UNION ALL SELECT 'CLUSTER', 11, 0, shape, '', 'CLUSTER ON ' || pg_catalog.quote_ident(relname), NULL,
                   pg_catalog.format('ALTER %%s %%s CLUSTER ON %%s', word, t.name, short)
            FROM d CROSS JOIN t WHERE indisclustered
            UNION ALL SELECT 'IDENTITY', 12, 0, relreplident::text, '', 'REPLICA IDENTITY', NULL,
                   pg_catalog.format('ALTER %%s %%s REPLICA IDENTITY %%s', word, t.name, CASE relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END)
            FROM s CROSS JOIN t WHERE relkind = 'm' AND relreplident IN ('f', 'n')
            UNION ALL SELECT 'STATISTICS', 13, statistics::bigint, tail, '', 'statistics ' || own, NULL,
                   'CREATE STATISTICS ' || target || tail || ' FROM ' || t.name
            FROM y CROSS JOIN t
            UNION ALL SELECT 'STATISTICS_DETAIL', 14, statistics::bigint, tail, (pg_catalog.to_jsonb(e) ->> 'stxstattarget'),
                   'target of statistics ' || own, '',
                   pg_catalog.format('ALTER STATISTICS %%s SET STATISTICS %%s', target, pg_catalog.to_jsonb(e) ->> 'stxstattarget')
            FROM y JOIN pg_catalog.pg_statistic_ext e ON e.oid = y.statistics WHERE (pg_catalog.to_jsonb(e) ->> 'stxstattarget')::int >= 0
            UNION ALL SELECT 'COMMENT', 15, statistics::bigint, tail, c.text, 'comment on statistics ' || own, '',
                   pg_catalog.format('COMMENT ON STATISTICS %%s IS %%L', target, c.text)
            FROM y CROSS JOIN LATERAL pg_catalog.obj_description(y.statistics, 'pg_statistic_ext') AS c (text)
            WHERE c.text IS NOT NULL
            UNION ALL SELECT 'STATISTICS_DETAIL', 16, statistics::bigint, tail, pg_catalog.pg_get_userbyid(stxowner), 'owner of statistics ' || own, '',
                   pg_catalog.format('ALTER STATISTICS %%s OWNER TO %%I', target, pg_catalog.pg_get_userbyid(stxowner))
            FROM y CROSS JOIN s WHERE stxowner <> relowner
            UNION ALL SELECT 'COMMENT', 17, 0, '', c.text, 'comment', NULL, pg_catalog.format('COMMENT ON %%s %%s IS %%L', word, t.name, c.text)
            FROM s CROSS JOIN t CROSS JOIN LATERAL pg_catalog.obj_description(s.oid, 'pg_class') AS c (text) WHERE c.text IS NOT NULL
            UNION ALL SELECT 'COMMENT', 18, attnum, a.name, c.text, 'comment on column ' || a.name, NULL,
                   pg_catalog.format('COMMENT ON COLUMN %%s.%%s IS %%L', t.name, a.name, c.text)
            FROM a CROSS JOIN t CROSS JOIN LATERAL pg_catalog.col_description(a.attrelid, a.attnum) AS c (text) WHERE c.text IS NOT NULL
            UNION ALL SELECT 'LABEL', 19, l.objsubid, coalesce(a.name, '') || ' ' || provider, label, 'security label of ' || provider, NULL,
                   pg_catalog.format('SECURITY LABEL FOR %%I ON %%s IS %%L', provider,
                       coalesce('COLUMN ' || t.name || '.' || a.name, word || ' ' || t.name), label)
            FROM s CROSS JOIN t JOIN pg_catalog.pg_seclabel l ON l.objoid = s.oid AND l.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
            LEFT JOIN a ON a.attnum = l.objsubid
            UNION ALL SELECT 'NO_DEFAULT_GRANTS', 20, 0, '', '', 'default privileges', NULL,
                   pg_catalog.format('REVOKE ALL ON TABLE %%s FROM %%s CASCADE', t.name, f.who)
            FROM t CROSS JOIN s CROSS JOIN LATERAL (
                SELECT pg_catalog.string_agg(DISTINCT CASE z WHEN 0 THEN 'PUBLIC'
                           ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(z)) END, ', ') AS who
                FROM (SELECT (e).grantee FROM r UNION ALL SELECT 0 UNION ALL SELECT relowner
                      UNION ALL SELECT (pg_catalog.aclexplode(relacl)).grantee FROM pg_catalog.pg_class
                                WHERE oid = pg_catalog.to_regclass(t.name)
                      UNION ALL SELECT (pg_catalog.aclexplode(attacl)).grantee FROM pg_catalog.pg_attribute
                                WHERE attrelid = pg_catalog.to_regclass(t.name)) AS grantees (z)) f
            WHERE relacl IS NOT NULL OR EXISTS (SELECT FROM r)
               OR EXISTS (SELECT FROM pg_catalog.pg_class o WHERE o.oid = pg_catalog.to_regclass(t.name) AND o.relacl IS NOT NULL)
            UNION ALL SELECT 'GRANT', 21 + attnum, ord, privilege || ' ' || who || ' ' || grantor || is_grantable, coalesce(col, ''),
                   'GRANT ' || privilege || ' TO ' || who,
                   CASE WHEN grantor <> relowner THEN pg_catalog.pg_get_userbyid(grantor) END,
                   pg_catalog.format('GRANT %%s ON TABLE %%s TO %%s%%s', privilege, t.name, who,
                       CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
            FROM h CROSS JOIN s CROSS JOIN t)
            SELECT kind, key, value, what, role, sql FROM all_traits ORDER BY place, sub
            """.formatted(NEW_NAME);

    /** What the copy's indexes and statistics must be named when it has taken the place of the original. */
    private static final String RENAMES = """
            WITH s AS (SELECT * FROM pg_catalog.pg_class WHERE oid = ?), t AS (SELECT ?::text AS suffix)
            SELECT pg_catalog.format('ALTER INDEX %%I.%%I RENAME TO %%I', n.nspname, %1$s, c.relname)
            FROM s CROSS JOIN t JOIN pg_catalog.pg_index x ON x.indrelid = s.oid AND x.indisvalid
            JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL (SELECT pg_catalog.regexp_replace(c.relname, '__(blue|green)$', '') AS base) b
            WHERE EXISTS (SELECT FROM pg_catalog.pg_class y WHERE y.relnamespace = n.oid AND y.relname = %1$s)
            UNION ALL SELECT pg_catalog.format('ALTER STATISTICS %%I.%%I RENAME TO %%I', n.nspname, %1$s, e.stxname)
            FROM s CROSS JOIN t JOIN pg_catalog.pg_statistic_ext e ON e.stxrelid = s.oid
            JOIN pg_catalog.pg_namespace n ON n.oid = e.stxnamespace
            CROSS JOIN LATERAL (SELECT pg_catalog.regexp_replace(e.stxname, '__(blue|green)$', '') AS base) b
            WHERE EXISTS (SELECT FROM pg_catalog.pg_statistic_ext y WHERE y.stxnamespace = n.oid AND y.stxname = %1$s)
            """.formatted(NEW_NAME);

    private Traits() {}

    /**
     * Statements that give the copy's indexes and statistics the original's names, once those are free. What the copy has
     * not got is left out.
     */
    static List<String> renames(Connection connection, long oid, String suffix) throws SQLException {
        return Rows.of(connection, RENAMES, row -> row.getString(1), oid, suffix);
    }

    /**
     * All of them, in an order in which they can be given.
     *
     * @param oid of the view that has them
     * @param target of the view that is to have them
     * @param word what the target is: VIEW or MATERIALIZED VIEW
     * @param suffix makes names of indexes and statistics the target's own
     */
    static List<Trait> of(Connection connection, long oid, ViewName target, String word, String suffix)
            throws SQLException {
        return Rows.of(
                connection,
                QUERY,
                row -> new Trait(
                        Trait.Kind.valueOf(row.getString("kind")),
                        row.getString("key"),
                        row.getString("value"),
                        row.getString("what"),
                        row.getString("role"),
                        row.getString("sql")),
                oid,
                target.quoted(),
                word,
                suffix);
    }
}
