package dev.matview.operator.postgres;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.api.ViewWarning;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What works, but would work better if somebody changed the view, as the catalog and the statistics tell. One statement
 * of some milliseconds, which waits for no lock.
 */
public final class Advice {
    /** So many dead rows hurt nobody. */
    private static final int FEW = 10_000;

    /**
     * Functions are found in the stored queries of the view and of the plain views that it reads: the dependencies lack
     * those that PostgreSQL brings along. From PostgreSQL 14 on a function's body may be stored parsed, and then finds
     * everything whatever the search_path.
     */
    private static final String LOOK = """
            WITH RECURSIVE queries (view) AS (
                SELECT v.oid FROM (SELECT ?::oid) v (oid)
                UNION
                SELECT c.oid FROM queries q
                JOIN pg_catalog.pg_rewrite r ON r.ev_class = q.view
                JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
                     AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                JOIN pg_catalog.pg_class c ON c.oid = d.refobjid AND c.relkind = 'v'),
            functions AS (
                SELECT DISTINCT p.oid, p.proname, p.provolatile, p.proconfig, p.prosqlbody, n.nspname, l.lanname
                FROM queries q JOIN pg_catalog.pg_rewrite r ON r.ev_class = q.view
                CROSS JOIN pg_catalog.regexp_matches(
                    r.ev_action::text, ':(?:funcid|opfuncid|aggfnoid|winfnoid) ([0-9]+)', 'g') AS found (id)
                JOIN pg_catalog.pg_proc p ON p.oid = found.id[1]::oid
                JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
                JOIN pg_catalog.pg_language l ON l.oid = p.prolang)
            SELECT (SELECT pg_catalog.string_agg(DISTINCT pg_catalog.quote_ident(a.attname), ', ')
                    FROM pg_catalog.pg_index x
                    JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid
                         AND a.attnum = ANY ((x.indkey::int2[])[0:x.indnkeyatts - 1])
                    JOIN pg_catalog.pg_class c ON c.oid = x.indrelid
                    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                    JOIN pg_catalog.pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname
                         AND s.attname = a.attname AND s.null_frac > 0
                    WHERE x.indrelid = v.view AND x.indisunique AND x.indisvalid AND x.indimmediate
                      AND x.indpred IS NULL AND x.indexprs IS NULL) AS nullable,
                   (SELECT pg_catalog.string_agg(DISTINCT f.proname || '()', ', ') FROM functions f
                    WHERE f.provolatile = 'v') AS volatile,
                   (SELECT pg_catalog.string_agg(DISTINCT pg_catalog.quote_ident(f.nspname) || '.'
                        || pg_catalog.quote_ident(f.proname) || '()', ', ')
                    FROM functions f
                    WHERE pg_catalog.current_setting('server_version_num')::int >= 170000
                      AND f.nspname <> 'pg_catalog' AND f.lanname NOT IN ('internal', 'c') AND f.prosqlbody IS NULL
                      AND NOT EXISTS (SELECT FROM pg_catalog.unnest(f.proconfig) s (setting)
                                      WHERE s.setting LIKE 'search\\_path=%')) AS unpinned,
                   (SELECT pg_catalog.pg_stat_get_dead_tuples(c.oid) > greatest(c.reltuples, ?)
                    FROM pg_catalog.pg_class c WHERE c.oid = v.view) AS bloated
            FROM (SELECT ?::oid) v (view)
            """;

    private Advice() {}

    /**
     * What there is to say about a view that is refreshed in that mode; numbers are left out, so that the same cause is
     * said in the same words.
     */
    public static List<ViewWarning> look(Connection connection, ViewFacts facts, RefreshMode mode) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOOK)) {
            statement.setLong(1, facts.oid());
            statement.setInt(2, FEW);
            statement.setLong(3, facts.oid());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                var warnings = new ArrayList<ViewWarning>();
                if (mode == RefreshMode.CONCURRENT) {
                    compared(warnings, row);
                }
                add(
                        warnings,
                        ViewWarning.UNPINNED_FUNCTIONS,
                        row.getString("unpinned"),
                        "from PostgreSQL 17 on REFRESH runs with an empty search_path, in which the functions ",
                        " may not find what they name: ALTER FUNCTION ... SET search_path for each");
                return warnings;
            }
        }
    }

    /** What a refresh costs that compares old rows with new ones. */
    private static void compared(List<ViewWarning> warnings, ResultSet row) throws SQLException {
        add(
                warnings,
                ViewWarning.NULLS_IN_UNIQUE_KEY,
                row.getString("nullable"),
                "rows with NULL in ",
                ", of a unique index, are deleted and inserted again by each concurrent refresh: have the query give"
                        + " another value in their place, or use mode BlueGreen");
        add(
                warnings,
                ViewWarning.VOLATILE_COLUMNS,
                row.getString("volatile"),
                "the query calls ",
                ", which gives another value each time, so that a concurrent refresh may rewrite every row: leave it"
                        + " out, or use mode BlueGreen");
        if (row.getBoolean("bloated")) {
            warnings.add(new ViewWarning(
                    ViewWarning.DEAD_ROWS,
                    "it has more dead rows than live ones: VACUUM does not get at them while old transactions, prepared"
                            + " ones, or replication slots need them; set spec.afterRefresh.vacuum to Auto if it is"
                            + " Never, or use mode BlueGreen"));
        }
    }

    private static void add(
            List<ViewWarning> warnings, String reason, @Nullable String found, String before, String after) {
        if (found != null) {
            warnings.add(new ViewWarning(reason, before + found + after));
        }
    }
}
