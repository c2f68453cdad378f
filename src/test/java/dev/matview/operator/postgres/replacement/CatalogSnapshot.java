package dev.matview.operator.postgres.replacement;

import dev.matview.operator.testing.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Predicate;

/**
 * What the catalog says of all that users made in a database, as text, a line for each thing. Two snapshots are equal
 * when a schema dump would be, and plain views are still the same ones.
 */
record CatalogSnapshot(List<String> lines) {
    private static final String QUERY = """
            WITH r AS (SELECT c.*, c.oid::regclass::text AS name FROM pg_class c
                       JOIN pg_namespace n ON n.oid = c.relnamespace
                       WHERE n.nspname !~ '^(pg_|information_schema)' AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f'))
            SELECT name || ' ' || concat_ws(' | ', relkind, pg_get_userbyid(relowner),
                       coalesce(relacl, acldefault('r', relowner)), reloptions, relreplident, relispopulated,
                       (SELECT amname FROM pg_am WHERE oid = relam), reltablespace,
                       (SELECT reloptions FROM pg_class t WHERE t.oid = r.reltoastrelid),
                       CASE relkind WHEN 'v' THEN oid::text || pg_get_viewdef(oid) WHEN 'm' THEN pg_get_viewdef(oid) END,
                       'comment', obj_description(oid, 'pg_class')) FROM r
            UNION ALL SELECT name || ' column ' || concat_ws(' | ', attname, attnum, format_type(atttypid, atttypmod),
                       attcollation::regcollation, CASE WHEN attstattarget < 0 THEN NULL ELSE attstattarget END, attstorage, attcompression,
                       attoptions, attacl, 'comment', col_description(r.oid, attnum))
            FROM r JOIN pg_attribute a ON a.attrelid = r.oid AND attnum > 0 AND NOT attisdropped
            UNION ALL SELECT name || ' index ' || concat_ws(' | ', pg_get_indexdef(indexrelid), indisclustered, indisvalid,
                       i.reltablespace, ARRAY(SELECT attstattarget FROM pg_attribute WHERE attrelid = indexrelid AND attstattarget >= 0),
                       'comment', obj_description(indexrelid, 'pg_class'))
            FROM r JOIN pg_index x ON x.indrelid = r.oid JOIN pg_class i ON i.oid = indexrelid
            UNION ALL SELECT name || ' statistics ' || concat_ws(' | ', pg_get_statisticsobjdef(e.oid), pg_get_userbyid(stxowner),
                       nullif(to_jsonb(e) ->> 'stxstattarget', '-1'), 'comment', obj_description(e.oid, 'pg_statistic_ext'))
            FROM r JOIN pg_statistic_ext e ON stxrelid = r.oid
            UNION ALL SELECT name || ' trigger ' || pg_get_triggerdef(t.oid) FROM r JOIN pg_trigger t ON tgrelid = r.oid
            UNION ALL SELECT name || ' rule ' || pg_get_ruledef(w.oid) FROM r JOIN pg_rewrite w ON ev_class = r.oid AND rulename <> '_RETURN'
            UNION ALL SELECT 'routine ' || pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
            WHERE n.nspname !~ '^(pg_|information_schema)' AND prokind IN ('f', 'p')
            UNION ALL SELECT 'type ' || format_type(t.oid, NULL) || ' ' || pg_get_userbyid(typowner) || coalesce(typacl::text, '')
            FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace WHERE n.nspname !~ '^(pg_|information_schema)'
            ORDER BY 1
            """;

    static CatalogSnapshot of(TestDatabase database) throws SQLException {
        try (var connection = database.connectAsSuperuser()) {
            connection.createStatement().execute("SET search_path = ''");
            return new CatalogSnapshot(Rows.of(connection, QUERY, row -> row.getString(1)));
        }
    }

    /** Without the lines that begin so. */
    CatalogSnapshot without(String... names) {
        Predicate<String> ofNone = line -> List.of(names).stream()
                .noneMatch(name -> line.startsWith(name + " ") || line.startsWith("type " + name));
        return new CatalogSnapshot(lines.stream().filter(ofNone).toList());
    }

    /** Only the lines about that relation. */
    CatalogSnapshot only(String name) {
        return new CatalogSnapshot(
                lines.stream().filter(line -> line.startsWith(name + " ")).toList());
    }
}
