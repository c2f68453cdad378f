package dev.matview.operator.postgres;

import dev.matview.operator.api.IndexSpec;
import dev.matview.operator.api.Reason;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.core.Parser;

/**
 * What a resource declares a view to be.
 *
 * @param query its text as somebody wrote it: it may hold anything
 * @param indexes that the view has at least
 */
public record Definition(String query, List<IndexSpec> indexes) {
    public Definition {
        indexes = List.copyOf(indexes);
    }

    /**
     * One statement with the query in it. A semicolon outside of quotes and comments is refused, as the driver would send
     * what is behind it as a statement of its own; what the driver does not split reaches the server as one message, in
     * which that takes no more than one statement (PostgreSQL manual, section 54.2.3). The query may end in a comment.
     *
     * @throws FailureException of reason InvalidDefinition, when there would be more than one
     */
    public String within(String beginning, String end) throws FailureException {
        String statement = beginning + query + "\n" + end;
        try {
            if (Parser.parseJdbcSql(statement, true, false, true, false, false).size() == 1) {
                return statement;
            }
        } catch (SQLException e) {
            throw new IllegalStateException("the driver only looks for the ends of statements", e);
        }
        throw new FailureException(
                new Failure(
                        Reason.INVALID_DEFINITION,
                        "spec.view.definition must be exactly one SELECT, and has a semicolon: remove it, and what is behind it"));
    }
}
