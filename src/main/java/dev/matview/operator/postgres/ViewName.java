package dev.matview.operator.postgres;

/**
 * Schema and name of a relation, exactly as the catalog holds them. The only place that makes SQL identifiers
 * (PostgreSQL manual, section 4.1.1).
 *
 * @param schema never empty
 * @param name never empty
 */
public record ViewName(String schema, String name) {

    /** The qualified name for use in a statement; any text is safe in it. */
    public String quoted() {
        return quote(schema) + "." + quote(name);
    }

    /** The qualified name as people read it in messages; the same as {@link #quoted}. */
    @Override
    public String toString() {
        return quoted();
    }

    /** A single identifier for use in a statement, such as a role's name. */
    public static String quote(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }
}
