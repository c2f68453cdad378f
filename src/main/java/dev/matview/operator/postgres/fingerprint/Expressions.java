package dev.matview.operator.postgres.fingerprint;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the functions and types of a definition are.
 *
 * @param catalog stands for them; another when one is replaced, or an enum's values change
 * @param objection why the result of one may change without a trace, as the end of a sentence on the view, or null
 */
record Expressions(String catalog, @Nullable String objection) {
    /**
     * Built-in functions that are STABLE for no other reason than that they read settings, which are part of the
     * fingerprint, or print values of any type, which are checked.
     */
    private static final String STABLE_BUT_SAFE =
            "^(date|time|timetz|timestamp|timestamptz|timezone|date_trunc|date_part|extract|date_add"
                    + "|date_subtract|make_timestamptz|to_char|to_date|to_timestamp|to_number|generate_series|in_range"
                    + "|concat|concat_ws|format|textanycat|anytextcat|array_to_string|quote_literal|quote_nullable"
                    + "|(date|timestamp|timestamptz)_(eq|ne|lt|le|gt|ge|cmp)_(date|timestamp|timestamptz)"
                    + "|timestamptz_(pl|mi)_interval|interval_pl_timestamptz"
                    + "|to_jsonb?|row_to_json|array_to_json|jsonb?_build_(object|array)"
                    + "|jsonb?(_object)?_agg(_unique)?(_strict)?(_transfn|_finalfn)?"
                    + "|(array|enum|record|range|multirange|date|time|timetz|timestamp|timestamptz|interval|cash)_out"
                    + "|enum_in|interval_in)$";

    private static final String ASKED = """
            WITH RECURSIVE asked (oid) AS (
                SELECT pg_catalog.unnest(?::oid[])
                UNION SELECT o.oprcode FROM pg_catalog.pg_operator o WHERE o.oid = ANY (?::oid[])
                UNION SELECT t.typinput FROM pg_catalog.pg_type t WHERE t.oid = ANY (?::oid[])
                UNION SELECT part.oid
                FROM pg_catalog.pg_aggregate a CROSS JOIN LATERAL pg_catalog.unnest(ARRAY[a.aggtransfn, a.aggfinalfn,
                    a.aggcombinefn, a.aggserialfn, a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn]::oid[])
                    AS part (oid)
                WHERE a.aggfnoid = ANY (?::oid[]) AND part.oid <> 0
            ), types (oid) AS (
                SELECT pg_catalog.unnest(?::oid[])
                UNION
                SELECT CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.typelem END
                FROM types JOIN pg_catalog.pg_type t ON t.oid = types.oid
                WHERE t.typtype = 'd' OR t.typoutput = 'pg_catalog.array_out'::regproc
            )
            SELECT asked.oid || ' ' || p.xmin AS version,
                   'function ' || p.proname AS name,
                   CASE WHEN p.oid IS NULL THEN 'is gone'
                        WHEN p.oid >= 16384 THEN 'is not a built-in one'
                        WHEN p.proargtypes::oid[] && ARRAY['regclass', 'regconfig', 'regdictionary', 'regnamespace',
                            'regoper', 'regoperator', 'regproc', 'regprocedure', 'regrole', 'regtype']::regtype[]::oid[]
                            OR p.proname IN ('convert', 'convert_from', 'convert_to', 'satisfies_hash_partition', 'ts_parse',
                                'ts_token_type') THEN 'reads the catalog'
                        WHEN p.provolatile = 'i' OR p.provolatile = 's' AND p.proname ~ ? THEN NULL
                        ELSE 'may give another result for the same data' END AS objection
            FROM asked LEFT JOIN pg_catalog.pg_proc p ON p.oid = asked.oid
            UNION ALL
            SELECT pg_catalog.concat_ws(' ', types.oid, t.xmin, o.oid, o.xmin,
                       (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', e.oid, e.xmin), ',' ORDER BY e.oid)
                        FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid)),
                   'type ' || pg_catalog.format_type(types.oid, NULL),
                   CASE WHEN t.oid IS NULL THEN 'is gone'
                        WHEN t.typtype = 'd' OR t.typoutput = 'pg_catalog.array_out'::regproc THEN NULL
                        WHEN t.oid >= 16384 AND t.typtype <> 'e' THEN 'is neither built in nor an enum'
                        WHEN t.oid >= 16384 AND EXISTS (
                            SELECT FROM pg_catalog.pg_cast k
                            WHERE k.castsource = t.oid AND k.casttarget IN ('json'::regtype, 'jsonb'::regtype))
                            THEN 'has a cast to JSON of its own'
                        WHEN o.provolatile = 'i' OR o.provolatile = 's' AND o.proname ~ ? THEN NULL
                        ELSE 'is printed with the help of the catalog' END
            FROM types LEFT JOIN LATERAL (
                SELECT t.oid, t.xmin, t.typtype, t.typoutput FROM pg_catalog.pg_type t WHERE t.oid = types.oid OFFSET 0
            ) AS t ON true
            LEFT JOIN pg_catalog.pg_proc o ON o.oid = t.typoutput
            ORDER BY version
            """;

    /** Looks them up. */
    static Expressions read(Connection connection, StoredQuery query) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ASKED)) {
            statement.setString(1, array(query.functions()));
            statement.setString(2, array(query.operators()));
            statement.setString(3, array(query.typesReadFromText()));
            statement.setString(4, array(query.functions()));
            statement.setString(5, array(query.types()));
            statement.setString(6, STABLE_BUT_SAFE);
            statement.setString(7, STABLE_BUT_SAFE);
            try (ResultSet row = statement.executeQuery()) {
                var catalog = new StringBuilder();
                String objection = null;
                while (row.next()) {
                    catalog.append(row.getString("version")).append('\n');
                    if (objection == null && row.getString("objection") != null) {
                        objection = "it uses " + row.getString("name") + ", which " + row.getString("objection");
                    }
                }
                return new Expressions(catalog.toString(), objection);
            }
        }
    }

    private static String array(Set<Long> oids) {
        return oids.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
    }
}
