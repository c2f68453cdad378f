package dev.matview.operator.postgres.replacement;

import dev.matview.operator.postgres.ViewName;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * What makes a materialized view or a plain view before anything is added to it.
 *
 * @param query as the server prints it, without the semicolon
 * @param columns quoted, in their order, separated by commas
 * @param types of the columns with collations, for comparison
 * @param storage access method and tablespace as clauses
 * @param acl as the server holds it, with what stands for no ACL at all spelled out
 */
record Shape(String owner, String query, String columns, String types, String storage, String acl, String options) {
    private static final String QUERY = """
            SELECT pg_catalog.pg_get_userbyid(c.relowner) AS owner,
                   pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid), ';') AS query,
                   (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(attname), ', ' ORDER BY attnum)
                    FROM pg_catalog.pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns,
                   (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', pg_catalog.quote_ident(attname), atttypid, atttypmod,
                           attcollation), ', ' ORDER BY attnum)
                    FROM pg_catalog.pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS types,
                   coalesce(' USING ' || pg_catalog.quote_ident(a.amname), '')
                       || coalesce(' TABLESPACE ' || pg_catalog.quote_ident(s.spcname), '') AS storage,
                   pg_catalog.concat_ws(' ', coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner)),
                       (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(attname) || attacl::text, ' ' ORDER BY attnum)
                        FROM pg_catalog.pg_attribute WHERE attrelid = c.oid AND attnum > 0)) AS acl,
                   coalesce(c.reloptions::text, '') AS options
            FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam
            LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
            WHERE c.oid = ?
            """;

    /** To be called under {@link PinnedSettings}. */
    static Shape of(Connection connection, long oid) throws SQLException {
        return Rows.one(
                connection,
                QUERY,
                row -> new Shape(
                        row.getString("owner"),
                        row.getString("query"),
                        row.getString("columns"),
                        row.getString("types"),
                        row.getString("storage"),
                        row.getString("acl"),
                        row.getString("options")),
                oid);
    }

    /** Makes a materialized view of this shape; empty, as rows that are filled in now would be hidden from older snapshots. */
    String create(ViewName name) {
        return beginning(name) + query + "\nWITH NO DATA";
    }

    /** The beginning of a statement that makes one with another query. */
    String beginning(ViewName name) {
        return "CREATE MATERIALIZED VIEW " + name.quoted() + storage + " AS\n";
    }

    /** Whether it has that column, given quoted. */
    boolean hasColumn(String column) {
        return (", " + columns + ", ").contains(", " + column + ", ");
    }

    /** Whether the two have the same query, columns and owner. */
    boolean alike(Shape other) {
        return owner.equals(other.owner) && query.equals(other.query) && types.equals(other.types);
    }
}
