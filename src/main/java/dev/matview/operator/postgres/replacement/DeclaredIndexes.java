package dev.matview.operator.postgres.replacement;

import dev.matview.operator.api.IndexSpec;
import dev.matview.operator.api.Reason;
import dev.matview.operator.postgres.BoundedTransaction;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.ViewName;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The indexes that a resource declares for its view.
 *
 * @param indexes in the order of the resource
 * @param view whose they are, and by which they are named
 */
record DeclaredIndexes(List<IndexSpec> indexes, ViewName view) {
    private static final int IDENTIFIER_BYTES = 63;

    private static final String COLUMNS = """
            SELECT attname FROM pg_catalog.pg_attribute
            WHERE attrelid = pg_catalog.to_regclass(?) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
            """;

    /** Those that do what a declared one does: usable, of all rows, on columns alone. */
    private static final String PRESENT = """
            SELECT x.indisunique, ARRAY(SELECT a.attname::text FROM pg_catalog.generate_series(1, x.indnkeyatts) AS n
                       JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[n - 1] ORDER BY n)
            FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid
            JOIN pg_catalog.pg_am m ON m.oid = c.relam AND m.amname = 'btree'
            WHERE x.indrelid = ? AND x.indisvalid AND x.indimmediate AND x.indpred IS NULL AND x.indexprs IS NULL
            """;

    /** Makes all of them. @throws FailureException of reason InvalidDefinition, when a column can't be indexed */
    void create(BoundedTransaction transaction, ViewName relation) throws SQLException, FailureException {
        check(transaction.connection(), relation);
        for (int i = 0; i < indexes.size(); i++) {
            IndexSpec index = indexes.get(i);
            String name = name(transaction.connection(), index);
            try {
                transaction.execute((index.unique() ? "CREATE UNIQUE INDEX " : "CREATE INDEX ") + ViewName.quote(name)
                        + " ON " + relation.quoted() + " (" + list(index.columns()) + ")");
            } catch (SQLException e) {
                if (!"42704".equals(e.getSQLState())) {
                    throw e;
                }
                throw invalid(field(i) + " has a column whose type can't be compared, such as json: leave it out");
            }
        }
    }

    /** Makes sure that there are the columns. @throws FailureException of reason InvalidDefinition, when not */
    void check(Connection connection, ViewName relation) throws SQLException, FailureException {
        List<String> columns = Rows.of(connection, COLUMNS, row -> row.getString(1), relation.quoted());
        for (int i = 0; i < indexes.size(); i++) {
            for (String column : indexes.get(i).columns()) {
                if (!columns.contains(column)) {
                    throw invalid(field(i) + " names column " + ViewName.quote(column) + ", and the definition gives "
                            + list(columns) + ": correct it, letter by letter");
                }
            }
        }
    }

    /** Those that a relation lacks. A unique index is as good as one that is not. */
    List<IndexSpec> missing(Connection connection, long oid) throws SQLException {
        List<IndexSpec> present = Rows.of(
                connection,
                PRESENT,
                row -> new IndexSpec(List.of((String[]) row.getArray(2).getArray()), row.getBoolean(1)),
                oid);
        return indexes.stream()
                .filter(wanted -> present.stream()
                        .noneMatch(found ->
                                found.columns().equals(wanted.columns()) && (found.unique() || !wanted.unique())))
                .distinct()
                .toList();
    }

    /** As the server would name it on the view; taken names get a number. */
    private String name(Connection connection, IndexSpec index) throws SQLException {
        String base = view.name() + "_" + String.join("_", index.columns());
        for (int number = 0; ; number++) {
            String suffix = "_idx" + (number == 0 ? "" : number);
            String name = cut(base, IDENTIFIER_BYTES - suffix.length()) + suffix;
            boolean free = Rows.one(
                    connection,
                    "SELECT pg_catalog.to_regclass(?) IS NULL",
                    row -> row.getBoolean(1),
                    new ViewName(view.schema(), name).quoted());
            if (free) {
                return name;
            }
        }
    }

    private static String cut(String text, int bytes) {
        String cut = text;
        while (cut.getBytes(StandardCharsets.UTF_8).length > bytes) {
            cut = cut.substring(0, cut.offsetByCodePoints(cut.length(), -1));
        }
        return cut;
    }

    /** Columns for a statement or a message. */
    static String list(List<String> columns) {
        return columns.stream().map(ViewName::quote).collect(Collectors.joining(", "));
    }

    private static String field(int index) {
        return "spec.view.indexes[" + index + "]";
    }

    private static FailureException invalid(String message) {
        return new FailureException(new Failure(Reason.INVALID_DEFINITION, message));
    }
}
