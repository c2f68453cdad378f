package dev.matview.operator.postgres.replacement;

import dev.matview.operator.postgres.ViewName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a view that is to be replaced, at one moment.
 *
 * @param structure what the replacement must have been built from, see {@link Versions#structure}
 * @param version what must not change any more until it is in place, see {@link Versions#query}
 * @param dependents the plain views that read it
 * @param traits what the replacement is to have
 * @param renames statements that give the original's names to the replacement's indexes and statistics
 */
record SwapPlan(
        String structure,
        String version,
        List<Dependent> dependents,
        Shape shape,
        List<Trait> traits,
        List<String> renames) {
    private static final String SUFFIX = "__swap";

    /** To be called under {@link PinnedSettings}, for a view that there is. */
    static SwapPlan of(Connection connection, long oid, ViewName replacement) throws SQLException {
        return new SwapPlan(
                Versions.structure(connection, oid),
                Versions.of(connection, oid, ""),
                Dependent.of(connection, oid),
                Shape.of(connection, oid),
                Traits.of(connection, oid, replacement, "MATERIALIZED VIEW", SUFFIX),
                Traits.renames(connection, oid, SUFFIX));
    }

    /**
     * What has to be given to a replacement that was built by an earlier plan of the same structure. Grants are taken
     * away and given anew, as their order counts.
     *
     * @param applied the traits that it was given last
     * @return null when a comment or label was taken away, which only a new one can do without
     */
    @Nullable
    List<Trait> since(List<Trait> applied) {
        boolean lost = applied.stream().filter(trait -> !trait.isGrant()).anyMatch(old -> traits.stream()
                .noneMatch(old::sameKey));
        if (lost) {
            return null;
        }
        boolean regrant = !grants(traits).equals(grants(applied));
        var given = new ArrayList<Trait>();
        for (Trait trait : traits) {
            if (trait.isGrant() ? regrant : applied.stream().noneMatch(trait::sameAs)) {
                given.add(trait);
            }
        }
        return given;
    }

    private static List<String> grants(List<Trait> traits) {
        return traits.stream()
                .filter(trait -> trait.kind() == Trait.Kind.GRANT)
                .map(trait -> trait.key() + ' ' + trait.value())
                .toList();
    }

    /** What people should know that is not carried over. */
    List<String> losses(Connection connection, long oid, ViewName view) throws SQLException {
        return Rows.of(
                connection,
                """
                SELECT pg_catalog.quote_ident(c.relname) FROM pg_catalog.pg_index x
                JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid WHERE x.indrelid = ? AND NOT x.indisvalid ORDER BY 1
                """,
                row -> "index " + row.getString(1) + " of " + view + " was invalid and is gone: create it anew",
                oid);
    }
}
