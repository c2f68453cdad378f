package dev.matview.operator.postgres.replacement;

import dev.matview.operator.api.Reason;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.StatementFailures;
import dev.matview.operator.postgres.ViewName;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.ServerErrorMessage;

/**
 * What it means that the server does not take a declared definition, by SQLSTATE (PostgreSQL manual, appendix A). Of the
 * server's words only the position is used; what stands there is the definition's own text.
 */
final class DefinitionFailures {
    private static final Pattern TOKEN = Pattern.compile("\"(?:[^\"]|\"\")*\"|[\\p{L}_][\\p{L}\\p{N}_$.]*|\\S");
    private static final int SHOWN = 80;
    private static final String FIELD = "spec.view.definition";

    private DefinitionFailures() {}

    /**
     * The failure that stands for an error of a statement.
     *
     * @param beginning of the statement, before the definition
     */
    static Failure of(SQLException e, String query, String beginning, ViewName view) {
        String state = String.valueOf(e.getSQLState());
        String place = place(e, query, beginning);
        String problem =
                switch (state) {
                    case "42601" -> " must be exactly one SELECT, without INTO, and PostgreSQL can't read it" + place;
                    case "0A000" ->
                        " can't be a materialized view's" + place
                                + ": it may have no INSERT, UPDATE or DELETE in WITH, no temporary table and no parameter";
                    case "42P01", "42703", "42704", "42883", "3F000" ->
                        " names what is not there" + place + ": correct it, or say its schema (names without one are"
                                + " looked for in pg_catalog and in schema " + ViewName.quote(view.schema()) + ")";
                    case "42701" -> " gives two columns the same name" + place + ": name them by AS";
                    case "42501" ->
                        " names what the user may not use" + place
                                + ": GRANT USAGE on its schema and type, or EXECUTE on the function";
                    default -> null;
                };
        if (problem != null) {
            return new Failure(Reason.INVALID_DEFINITION, FIELD + problem, state);
        } else if (state.startsWith("22")) {
            return new Failure(
                    Reason.INVALID_DEFINITION, FIELD + " has a value that its type does not take" + place, state);
        } else if (state.startsWith("42") && !state.equals("42P07") && !state.equals("42710")) {
            return new Failure(Reason.INVALID_DEFINITION, FIELD + " does not work" + place + ": try it in psql", state);
        } else if (state.equals("55P03")) {
            return new Failure(Reason.VIEW_BUSY, "others hold locks on what " + FIELD + " reads", state);
        }
        return StatementFailures.of(e, view);
    }

    /** Where in the definition, as the end of a clause; empty when the server does not say. */
    private static String place(SQLException e, String query, String beginning) {
        ServerErrorMessage server = StatementFailures.told(e);
        int characters =
                server == null ? 0 : server.getPosition() - 1 - beginning.codePointCount(0, beginning.length());
        if (server == null || server.getPosition() == 0 || characters < 0) {
            return "";
        } else if (characters >= query.codePointCount(0, query.length())) {
            return " to its end";
        }
        int index = query.offsetByCodePoints(0, characters);
        String before = query.substring(0, index);
        int line = (int) before.lines().count() + (before.isEmpty() || before.endsWith("\n") ? 1 : 0);
        int column = before.codePointCount(before.lastIndexOf('\n') + 1, before.length()) + 1;
        String token = token(query, index);
        return " at line " + line + ", column " + column + (token == null ? "" : " (" + token + ")");
    }

    private static @Nullable String token(String query, int index) {
        Matcher matcher = TOKEN.matcher(query).region(index, query.length());
        return matcher.lookingAt() && matcher.end() - index <= SHOWN ? matcher.group() : null;
    }
}
