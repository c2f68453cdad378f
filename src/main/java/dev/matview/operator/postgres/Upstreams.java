package dev.matview.operator.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The materialized views that a materialized view reads, as the catalog records it: directly, through plain views, through
 * the partitions and children of a table, through its row security policies, and through functions whose body the server
 * has parsed (BEGIN ATOMIC). What the text of another function reads is recorded nowhere (PostgreSQL manual, section 5.15).
 * Only the nearest are upstreams: what those read is theirs.
 */
public final class Upstreams {
    private static final String QUERY = """
            WITH RECURSIVE reads (reader, classid, objid) AS (
                SELECT c.oid, 'pg_catalog.pg_class'::regclass::oid, c.oid
                FROM pg_catalog.pg_class c WHERE c.oid = ANY (?::oid[]) AND c.relkind = 'm'
                UNION
                SELECT reads.reader, next.classid, next.objid
                FROM reads CROSS JOIN LATERAL (
                    SELECT d.refclassid, d.refobjid FROM pg_catalog.pg_depend d
                    WHERE d.classid = reads.classid AND d.objid = reads.objid
                      AND reads.classid <> 'pg_catalog.pg_class'::regclass
                      AND d.refclassid IN ('pg_catalog.pg_class'::regclass, 'pg_catalog.pg_proc'::regclass)
                    UNION ALL
                    SELECT 'pg_catalog.pg_rewrite'::regclass, r.oid
                    FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
                    WHERE reads.classid = 'pg_catalog.pg_class'::regclass AND r.ev_class = reads.objid
                      AND r.ev_type = '1' AND (c.relkind = 'v' OR c.oid = reads.reader)
                    UNION ALL
                    SELECT 'pg_catalog.pg_class'::regclass, i.inhrelid FROM pg_catalog.pg_inherits i
                    WHERE reads.classid = 'pg_catalog.pg_class'::regclass AND i.inhparent = reads.objid
                    UNION ALL
                    SELECT 'pg_catalog.pg_policy'::regclass, p.oid
                    FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
                    WHERE reads.classid = 'pg_catalog.pg_class'::regclass AND p.polrelid = reads.objid
                      AND c.relrowsecurity AND p.polcmd IN ('r', '*')
                ) AS next (classid, objid)
            )
            SELECT reads.reader, n.nspname, c.relname
            FROM reads
            JOIN pg_catalog.pg_class c ON c.oid = reads.objid AND reads.classid = 'pg_catalog.pg_class'::regclass
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'm' AND c.oid <> reads.reader
            ORDER BY reads.reader, n.nspname, c.relname
            """;

    private Upstreams() {}

    /**
     * The upstreams of one view, each once and by the name that people know: one with a facade by the facade's. Takes no
     * lock on them.
     *
     * @throws SQLException when the server can't answer
     */
    public static List<ViewName> of(Connection connection, ViewFacts view) throws SQLException {
        var known = new LinkedHashSet<ViewName>();
        for (ViewName upstream : of(connection, List.of(view.oid())).getOrDefault(view.oid(), List.of())) {
            known.add(known(connection, view.identity(), upstream));
        }
        known.remove(view.identity().view());
        return List.copyOf(known);
    }

    private static ViewName known(Connection connection, ViewIdentity reader, ViewName upstream) throws SQLException {
        ViewName facade = Side.facade(upstream);
        if (facade == null) {
            return upstream;
        }
        try {
            var identity = new ViewIdentity(reader.system(), reader.database(), facade);
            return Catalog.inspect(connection, identity).facade() == null ? upstream : facade;
        } catch (FailureException e) {
            // Nothing has that name, or something else: it is a name like others.
            return upstream;
        }
    }

    /**
     * The upstreams of each of these views, by {@code pg_class.oid}; one without any is left out. Takes no lock on them.
     *
     * @throws SQLException when the server can't answer
     */
    public static Map<Long, List<ViewName>> of(Connection connection, Collection<Long> views) throws SQLException {
        String oids = views.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
        var upstreams = new HashMap<Long, List<ViewName>>();
        try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
            statement.setString(1, oids);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    upstreams
                            .computeIfAbsent(row.getLong(1), view -> new ArrayList<>())
                            .add(new ViewName(row.getString(2), row.getString(3)));
                }
            }
        }
        return upstreams;
    }
}
