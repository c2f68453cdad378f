package dev.matview.operator.postgres.replacement;

/**
 * One step of what is done under locks: a statement of PL/pgSQL, so that the server goes from one to the next without
 * waiting for the client.
 *
 * @param text without the semicolon
 */
record Step(String text) {
    /** SQLSTATE of a step that finds that somebody else was faster. */
    static final String CHANGED = "MV409";

    /** SQLSTATE of a step that finds that a view can't be, or would not stay, what it is; the error names it as its table. */
    static final String DIFFERENT = "MV422";

    /** Runs a statement. */
    static Step sql(String statement) {
        return new Step("EXECUTE " + literal(statement));
    }

    /** Runs a statement that reads a view's own text anew; that it can't be read is an error about the view. */
    static Step rebind(String statement, String relation) {
        return new Step("""
                BEGIN EXECUTE %s;
                EXCEPTION WHEN insufficient_privilege THEN RAISE;
                    WHEN feature_not_supported OR syntax_error_or_access_rule_violation THEN
                        RAISE EXCEPTION USING ERRCODE = '%s', TABLE = %s;
                END""".formatted(literal(statement), DIFFERENT, literal(relation)));
    }

    /** Ends all, when the one text that the query gives is no longer that. */
    static Step unchanged(String query, String text) {
        return new Step("IF (%s) IS DISTINCT FROM %s THEN RAISE EXCEPTION USING ERRCODE = '%s'; END IF"
                .formatted(query, literal(text), CHANGED));
    }

    /** Ends all, when the one text that the query gives about a relation is not that. */
    static Step same(String query, String text, String relation) {
        return new Step("IF (%s) IS DISTINCT FROM %s THEN RAISE EXCEPTION USING ERRCODE = '%s', TABLE = %s; END IF"
                .formatted(query, literal(text), DIFFERENT, literal(relation)));
    }

    /** A string constant under standard_conforming_strings (PostgreSQL manual, section 4.1.2). */
    static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
