package dev.matview.operator.postgres.fingerprint;

import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.postgres.ViewVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a view reads, through plain views, partitions and inheritance.
 *
 * @param view the view itself; null when it is gone
 * @param oids all of them, with the view
 * @param definitions the stored queries of the view and of plain views, and what virtual generated columns are made by
 * @param catalog stands for what they are
 * @param counters stands for how many rows were written to each table and materialized view
 * @param objection why one of them can change without a trace, as the end of a sentence on the view, or null
 */
record Relations(
        @Nullable ViewVersion view,
        Set<Long> oids,
        List<String> definitions,
        String catalog,
        String counters,
        @Nullable String objection) {
    private static final long FIRST_OF_USERS = 16384;
    private static final long HEAP = 2;

    private static final String NAME = """
            SELECT n.nspname, c.relname
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ?
            """;

    /** pg_depend has more than what is read, and nothing of the system: the definitions are checked against it. */
    private static final String READ = """
            WITH RECURSIVE read (oid) AS (
                SELECT ?::oid
                UNION
                SELECT next.oid
                FROM read r JOIN pg_catalog.pg_class c ON c.oid = r.oid CROSS JOIN LATERAL (
                    SELECT d.refobjid
                    FROM pg_catalog.pg_rewrite w JOIN pg_catalog.pg_depend d
                        ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = w.oid
                        AND d.refclassid = 'pg_catalog.pg_class'::regclass
                    WHERE w.ev_class = c.oid AND w.ev_type = '1' AND (c.relkind = 'v' OR c.oid = ?)
                    UNION ALL
                    SELECT i.inhrelid FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid
                ) AS next (oid)
            )
            SELECT pg_catalog.array_agg(read.oid ORDER BY read.oid)::text FROM read
            """;

    /**
     * A row's xmin tells every change of it; statistics are written over in place. A statement of its own, so that the
     * server knows how few these are.
     */
    private static final String FACTS = """
            SELECT c.oid, c.relkind, c.relrowsecurity, c.relam, c.relfilenode, c.xmin::text::bigint AS version,
                   pg_catalog.concat_ws(' ', w.oid, w.xmin,
                       (SELECT pg_catalog.string_agg(i.inhparent || ' ' || i.xmin, ',' ORDER BY i.inhseqno)
                        FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid),
                       (SELECT pg_catalog.string_agg(d.oid || ' ' || d.xmin, ',' ORDER BY d.adnum)
                        FROM pg_catalog.pg_attrdef d WHERE d.adrelid = c.oid)) AS parts,
                   pg_catalog.pg_stat_get_tuples_inserted(c.oid) AS inserted,
                   pg_catalog.pg_stat_get_tuples_updated(c.oid) AS updated,
                   pg_catalog.pg_stat_get_tuples_deleted(c.oid) AS deleted,
                   w.ev_action,
                   (SELECT pg_catalog.string_agg(d.adbin::text, ' ' ORDER BY d.adnum)
                    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                    WHERE a.attrelid = c.oid AND a.attgenerated = 'v') AS computed
            FROM pg_catalog.unnest(?::oid[]) AS read (oid) JOIN pg_catalog.pg_class c ON c.oid = read.oid
            LEFT JOIN pg_catalog.pg_rewrite w ON w.ev_class = c.oid AND w.ev_type = '1' AND (c.relkind = 'v' OR c.oid = ?)
            ORDER BY c.oid
            """;

    /** Reads the catalog and the counters; waits for no lock. */
    static Relations read(Connection connection, long view) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FACTS)) {
            statement.setString(1, closure(connection, view));
            statement.setLong(2, view);
            try (ResultSet row = statement.executeQuery()) {
                ViewVersion version = null;
                String objection = null;
                var oids = new HashSet<Long>();
                var definitions = new ArrayList<String>();
                var catalog = new StringBuilder();
                var counters = new StringBuilder();
                while (row.next()) {
                    long oid = row.getLong("oid");
                    oids.add(oid);
                    Stream.of(row.getString("ev_action"), row.getString("computed"))
                            .filter(Objects::nonNull)
                            .forEach(definitions::add);
                    catalog.append(oid).append(' ').append(row.getString("parts"));
                    if (oid == view) {
                        version = new ViewVersion(oid, row.getLong("relfilenode"), row.getLong("version"));
                    } else {
                        catalog.append(' ')
                                .append(row.getLong("relfilenode"))
                                .append(' ')
                                .append(row.getLong("version"));
                        counters.append(oid)
                                .append(' ')
                                .append(row.getLong("inserted"))
                                .append(' ')
                                .append(row.getLong("updated"))
                                .append(' ')
                                .append(row.getLong("deleted"))
                                .append('\n');
                        String found = objection == null ? objection(row) : null;
                        objection = found == null ? objection : found.formatted(name(connection, oid));
                    }
                    catalog.append('\n');
                }
                return new Relations(version, oids, definitions, catalog.toString(), counters.toString(), objection);
            }
        }
    }

    private static String closure(Connection connection, long view) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(READ)) {
            statement.setLong(1, view);
            statement.setLong(2, view);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    /** Why its rows may change without a trace; its name stands for {@code %s}. */
    private static @Nullable String objection(ResultSet row) throws SQLException {
        if (row.getLong("oid") < FIRST_OF_USERS) {
            return "it reads %s, which belongs to the system";
        } else if (row.getBoolean("relrowsecurity")) {
            return "it reads %s, which has row security";
        }
        return switch (row.getString("relkind")) {
            case "v", "p" -> null;
            case "r", "m" ->
                row.getLong("relam") == HEAP ? null : "it reads %s, which has a storage of its own (USING ...)";
            case "f" -> "it reads %s, which is a foreign table";
            case "S" -> "it reads %s, which is a sequence";
            default -> "it uses %s, which is neither a table nor a view";
        };
    }

    private static String name(Connection connection, long oid) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(NAME)) {
            statement.setLong(1, oid);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? new ViewName(row.getString(1), row.getString(2)).quoted() : "a table that is gone";
            }
        }
    }
}
