package dev.matview.operator.postgres.replacement;

import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.ViewName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * PL/pgSQL functions that may have variables of a view's row type. Sessions keep such a function with the type's OID,
 * and fail when the name has got another one; a change of the function, even one that changes nothing, makes them read it again.
 */
final class RowVariables {
    private static final String QUERY = """
            SELECT p.oid::pg_catalog.regprocedure::text AS name, p.prosrc, pg_catalog.pg_has_role(p.proowner, 'USAGE') AS owned,
                   pg_catalog.format('ALTER ROUTINE %s SECURITY %s', p.oid::pg_catalog.regprocedure,
                       CASE WHEN p.prosecdef THEN 'DEFINER' ELSE 'INVOKER' END) AS sql
            FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang AND l.lanname = 'plpgsql'
            WHERE pg_catalog.strpos(pg_catalog.lower(p.prosrc), pg_catalog.lower(?)) > 0
            ORDER BY 1
            """;

    private RowVariables() {}

    /**
     * The statements that make sessions read them again.
     *
     * @throws FailureException of reason ReplacementRefused when one belongs to somebody else
     */
    static List<String> healing(Connection connection, ViewName view) throws SQLException, FailureException {
        var statements = new ArrayList<String>();
        String quoted = view.name().replace("\"", "\"\"");
        for (Routine routine : Rows.of(
                connection,
                QUERY,
                row -> new Routine(
                        row.getString("name"), row.getString("prosrc"), row.getBoolean("owned"), row.getString("sql")),
                quoted)) {
            if (!names(routine.source(), quoted)) {
                continue;
            } else if (!routine.owned()) {
                throw Refusals.refused("routine " + routine.name() + " names " + view
                        + " and belongs to another role, so that sessions that have used it could fail: GRANT that role"
                        + " to the user, or choose another mode");
            }
            statements.add(routine.sql());
        }
        return statements;
    }

    /** Whether the name stands there as a word of its own, in any case: whether it needs quotes is not looked at. */
    private static boolean names(String source, String name) {
        return Pattern.compile(
                        "(?<![\\p{L}\\p{N}_$])" + Pattern.quote(name) + "(?![\\p{L}\\p{N}_$])",
                        Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE)
                .matcher(source)
                .find();
    }

    private record Routine(String name, String source, boolean owned, String sql) {}
}
