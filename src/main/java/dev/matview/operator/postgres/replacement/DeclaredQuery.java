package dev.matview.operator.postgres.replacement;

import dev.matview.operator.postgres.BoundedTransaction;
import dev.matview.operator.postgres.Definition;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.ViewName;
import java.sql.SQLException;

/**
 * How a declared definition is read: names without a schema stand for what is in pg_catalog or in the view's own schema,
 * times without a zone are UTC. So it means the same whoever's session reads it.
 */
final class DeclaredQuery {
    private static final String READING = """
            SELECT pg_catalog.set_config('search_path', pg_catalog.quote_ident(?) || ', pg_temp', true),
                   pg_catalog.set_config('TimeZone', 'UTC', true)
            """;

    private static final String READ = "SELECT pg_catalog.set_config('search_path', '', true)";

    private DeclaredQuery() {}

    /**
     * Runs one statement that the definition is part of. To be called under {@link PinnedSettings}.
     *
     * @param view whose definition it is
     * @throws FailureException of reason InvalidDefinition, or of what the server has too little of
     */
    static void run(BoundedTransaction transaction, Definition definition, String beginning, String end, ViewName view)
            throws SQLException, FailureException {
        String statement = definition.within(beginning, end);
        Rows.of(transaction.connection(), READING, row -> row.getString(1), view.schema());
        try {
            transaction.execute(statement);
        } catch (SQLException e) {
            throw new FailureException(DefinitionFailures.of(e, definition.query(), beginning, view));
        }
        Rows.of(transaction.connection(), READ, row -> row.getString(1));
    }
}
