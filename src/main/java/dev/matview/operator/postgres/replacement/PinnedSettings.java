package dev.matview.operator.postgres.replacement;

import dev.matview.operator.postgres.BoundedTransaction;
import java.sql.SQLException;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Settings of the session that change how definitions are printed and read, as pg_dump pins them. A refresh must not
 * run under them: before PostgreSQL 17 its functions may rely on the session's search_path.
 */
final class PinnedSettings {
    private static final Map<String, String> PINNED = Map.ofEntries(
            Map.entry("search_path", ""),
            Map.entry("DateStyle", "ISO"),
            Map.entry("IntervalStyle", "postgres"),
            Map.entry("extra_float_digits", "3"),
            Map.entry("array_nulls", "on"),
            Map.entry("bytea_output", "hex"),
            Map.entry("xmloption", "content"),
            Map.entry("lc_monetary", "C"),
            Map.entry("transform_null_equals", "off"),
            Map.entry("quote_all_identifiers", "off"),
            Map.entry("standard_conforming_strings", "on"),
            Map.entry("default_tablespace", ""),
            Map.entry("default_table_access_method", "heap"));

    private final BoundedTransaction transaction;
    private final Map<String, String> before;

    private PinnedSettings(BoundedTransaction transaction, Map<String, String> before) {
        this.transaction = transaction;
        this.before = before;
    }

    /** Pins them until the transaction ends, or {@link #restore}. */
    static PinnedSettings pin(BoundedTransaction transaction) throws SQLException {
        var before = Rows.of(
                        transaction.connection(),
                        "SELECT n, pg_catalog.current_setting(n) FROM pg_catalog.unnest(?::text[]) AS n",
                        row -> Map.entry(row.getString(1), row.getString(2)),
                        (Object) PINNED.keySet().toArray(String[]::new))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        var pinned = new PinnedSettings(transaction, before);
        pinned.set(PINNED);
        return pinned;
    }

    /** The same as statements, for people. */
    static String script() {
        return PINNED.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(setting -> "SET LOCAL %s = '%s';\n".formatted(setting.getKey(), setting.getValue()))
                .collect(Collectors.joining());
    }

    /** Gives the session's own settings back. */
    void restore() throws SQLException {
        set(before);
    }

    private void set(Map<String, String> values) throws SQLException {
        String[] names = values.keySet().toArray(String[]::new);
        Rows.of(
                transaction.connection(),
                "SELECT pg_catalog.set_config(n, v, true) FROM ROWS FROM (pg_catalog.unnest(?::text[]), pg_catalog.unnest(?::text[])) AS x (n, v)",
                row -> row.getString(1),
                names,
                java.util.Arrays.stream(names).map(values::get).toArray(String[]::new));
    }
}
