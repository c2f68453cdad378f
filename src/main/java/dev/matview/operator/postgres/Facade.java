package dev.matview.operator.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A plain view that shows one of two materialized views of the same shape, and nothing else.
 *
 * @param oid the plain view's {@code pg_class.oid}
 * @param active the side that it shows, as the catalog has it
 * @param activeOid that side's {@code pg_class.oid}
 * @param idleOid the other side's, or null when somebody dropped it
 */
public record Facade(
        long oid, Side active, long activeOid, @Nullable Long idleOid) {
    /**
     * Read from the rule and not from its text, as printing that would wait for locks. The rule is a facade's when it
     * consists of nothing but one relation and all its columns in their order, under their own names.
     */
    private static final String QUERY = """
            SELECT s.oid, s.relname = f.relname || '__blue' AS blue,
                   (SELECT i.oid FROM pg_catalog.pg_class i
                    WHERE i.relnamespace = f.relnamespace AND i.relkind = 'm' AND i.oid <> s.oid
                      AND i.relname IN (f.relname || '__blue', f.relname || '__green')) AS idle
            FROM pg_catalog.pg_class f
            JOIN pg_catalog.pg_rewrite r ON r.ev_class = f.oid AND r.ev_type = '1'
            JOIN pg_catalog.pg_class s ON s.relnamespace = f.relnamespace AND s.relkind = 'm'
             AND s.relname IN (f.relname || '__blue', f.relname || '__green')
            CROSS JOIN LATERAL (SELECT pg_catalog.array_agg(m[1]) AS nodes
                FROM pg_catalog.regexp_matches(r.ev_action::text, '(?<!\\\\)\\{([A-Z]+)', 'g') AS m) n
            CROSS JOIN LATERAL (SELECT pg_catalog.array_agg(m[1]::int) AS attributes
                FROM pg_catalog.regexp_matches(r.ev_action::text, '(?<!\\\\)\\{VAR [^}]*:varattno (-?[0-9]+) ', 'g') AS m) v
            WHERE f.oid = ? AND f.relkind = 'v'
              AND EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
                    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = s.oid)
              AND n.nodes <@ '{QUERY,RTE,RANGETBLENTRY,RTEPERMISSIONINFO,ALIAS,FROMEXPR,RANGETBLREF,TARGETENTRY,VAR}'
              AND pg_catalog.cardinality(pg_catalog.array_positions(n.nodes, 'RANGETBLREF')) = 1
              AND r.ev_action::text LIKE '%:quals <>%'
              AND v.attributes = ARRAY(SELECT pg_catalog.generate_series(1, s.relnatts))
              AND ARRAY(SELECT a.attname FROM pg_catalog.pg_attribute a
                        WHERE a.attrelid = f.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)
                = ARRAY(SELECT a.attname FROM pg_catalog.pg_attribute a
                        WHERE a.attrelid = s.oid AND a.attnum > 0 ORDER BY a.attnum)
            """;

    /** The facade that the plain view of that OID is, or null when it is an ordinary view. */
    public static @Nullable Facade find(Connection connection, long oid) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
            statement.setLong(1, oid);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                Side active = row.getBoolean("blue") ? Side.BLUE : Side.GREEN;
                long activeOid = row.getLong("oid");
                long idle = row.getLong("idle");
                return new Facade(oid, active, activeOid, row.wasNull() ? null : Long.valueOf(idle));
            }
        }
    }
}
