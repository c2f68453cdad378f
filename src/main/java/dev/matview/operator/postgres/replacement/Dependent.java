package dev.matview.operator.postgres.replacement;

import dev.matview.operator.net.Deadline;
import dev.matview.operator.postgres.BoundedTransaction;
import dev.matview.operator.postgres.ViewName;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;
import java.util.Set;

/**
 * A plain view that reads the view directly.
 *
 * @param name quoted and qualified
 * @param text its query as the server prints it ({@code pg_get_viewdef}), without the semicolon
 * @param options in parentheses, with the word WITH; empty when there are none
 * @param state all that replacing its query must not change, the query among it
 */
record Dependent(long oid, String name, String owner, String text, String options, String state) {
    /** The first half of the keys of advisory locks on dependents: the letters "mvdp". */
    private static final int RESERVED = 0x6D766470;

    private static final int HOLD_MILLIS = 200;
    private static final Set<String> NO_HOLD = Set.of("42501", "55P03", "40P01", "42P01");

    private static final String READS = """
            d.relkind = 'v' AND d.oid <> ? AND EXISTS (SELECT FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_depend p
                ON p.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND p.objid = r.oid
                WHERE r.ev_class = d.oid AND r.ev_type = '1'
                  AND p.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND p.refobjid = ?)
            """;

    /** Without grants, which replacing a query leaves alone, and which others may give in spite of any lock. */
    private static final String STATE = """
            pg_catalog.concat_ws(' ', d.relname, d.relnamespace, d.relowner, d.reloptions,
                ARRAY(SELECT pg_catalog.concat_ws(' ', attname, atttypid, atttypmod, attcollation)
                      FROM pg_catalog.pg_attribute WHERE attrelid = d.oid AND attnum > 0 ORDER BY attnum),
                pg_catalog.pg_get_viewdef(d.oid))
            """;

    private static final String QUERY = """
            SELECT d.oid, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(d.relname) AS name,
                   pg_catalog.pg_get_userbyid(d.relowner) AS owner,
                   pg_catalog.rtrim(pg_catalog.pg_get_viewdef(d.oid), ';') AS text,
                   coalesce(' WITH (' || (SELECT pg_catalog.string_agg(
                       pg_catalog.format('%I = %L', option_name, option_value), ', ')
                       FROM pg_catalog.pg_options_to_table(d.reloptions)) || ')', '') AS options, ?3 AS state
            FROM pg_catalog.pg_class d JOIN pg_catalog.pg_namespace n ON n.oid = d.relnamespace
            WHERE ?1
            ORDER BY d.oid
            """.replace("?1", READS).replace("?3", STATE);

    /** All of them, by OID. To be called under {@link PinnedSettings}. */
    static List<Dependent> of(Connection connection, long oid) throws SQLException {
        return Rows.of(
                connection,
                QUERY,
                row -> new Dependent(
                        row.getLong("oid"),
                        row.getString("name"),
                        row.getString("owner"),
                        row.getString("text"),
                        row.getString("options"),
                        row.getString("state")),
                oid,
                oid);
    }

    /**
     * Takes an ACCESS EXCLUSIVE lock on this view alone: LOCK TABLE would go on to the tables that it reads. An owner
     * that is the owner already changes nothing.
     */
    Step lock() {
        return Step.sql("ALTER VIEW " + name + " OWNER TO " + ViewName.quote(owner));
    }

    /** Reads the text anew against what now has the names in it; the OID stays, and so does all else. */
    String rebind() {
        return "CREATE OR REPLACE VIEW " + name + options + " AS\n" + text;
    }

    /** Makes sure that it has stayed what it was. */
    Step verify() {
        return Step.same("SELECT " + STATE + " FROM pg_catalog.pg_class d WHERE d.oid = " + oid, state, name);
    }

    /**
     * Lets two replacements that share a dependent take turns: each would take the other for a reader that stays. An
     * advisory lock on each, by OID, as PostgreSQL has none on a view that readers do not feel.
     */
    static void reserve(BoundedTransaction transaction, long oid, Deadline patience) throws SQLException {
        waitAtMost(transaction, Math.max(1, patience.remaining().toMillis()));
        List<Long> oids = Rows.of(
                transaction.connection(),
                "SELECT d.oid FROM pg_catalog.pg_class d WHERE " + READS + " ORDER BY d.oid",
                row -> row.getLong(1),
                oid,
                oid);
        for (long dependent : oids) {
            transaction.execute("SELECT pg_catalog.pg_advisory_xact_lock(%s, %s)"
                    .formatted(RESERVED, Math.toIntExact(dependent - (1L << 31))));
        }
    }

    /**
     * Keeps others from changing it, and no reader from reading it; and from locking a table that it reads so that
     * reading its text anew would have to wait. It goes on without where somebody holds such a lock, its owner may not
     * read such a table, or it is gone: what is done under locks finds out.
     */
    static void hold(BoundedTransaction transaction, List<Dependent> dependents) throws SQLException {
        Connection connection = transaction.connection();
        waitAtMost(transaction, HOLD_MILLIS);
        for (Dependent dependent : dependents) {
            Savepoint before = connection.setSavepoint();
            try {
                transaction.execute("LOCK TABLE " + dependent.name + " IN ACCESS SHARE MODE");
                connection.releaseSavepoint(before);
            } catch (SQLException e) {
                if (!NO_HOLD.contains(String.valueOf(e.getSQLState()))) {
                    throw e;
                }
                connection.rollback(before);
            }
        }
    }

    private static void waitAtMost(BoundedTransaction transaction, long millis) throws SQLException {
        transaction.execute("SELECT pg_catalog.set_config('lock_timeout', '" + millis + "', true)");
    }
}
