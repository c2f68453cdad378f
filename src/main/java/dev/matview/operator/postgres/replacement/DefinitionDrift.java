package dev.matview.operator.postgres.replacement;

import dev.matview.operator.api.IndexSpec;
import dev.matview.operator.net.Deadline;
import dev.matview.operator.postgres.BoundedTransaction;
import dev.matview.operator.postgres.Cancellation;
import dev.matview.operator.postgres.Definition;
import dev.matview.operator.postgres.Facade;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.StatementFailures;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewName;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a view differs from its declared definition. The two queries are compared as the server prints them.
 *
 * @param hash stands for the view's present query
 * @param query the declared one as the server prints it, or null when the view has the same
 * @param missing indexes that are declared, and that the view lacks
 * @param obstacle why the view can't be given the declared query, as far as that shows without trying; or null
 */
public record DefinitionDrift(
        String hash,
        @Nullable String query,
        List<IndexSpec> missing,
        @Nullable Failure obstacle) {
    /** Bound on the comparison: it takes milliseconds, unless somebody changes a table that the definition reads. */
    private static final Duration LOOK = Duration.ofSeconds(10);

    /** A temporary view, which nobody else sees, and which needs no right in the schema. */
    private static final ViewName PRINTED = new ViewName("pg_temp", "matview_declared");

    private static final int HASH_BYTES = 8;

    public DefinitionDrift {
        missing = List.copyOf(missing);
    }

    /**
     * Compares, and leaves nothing behind.
     *
     * @param facts of a view that exists; of the active side, where a facade has its name
     * @throws FailureException of reason InvalidDefinition, or of what keeps it from being compared now
     */
    public static DefinitionDrift of(Connection connection, ViewFacts facts, Definition definition)
            throws FailureException {
        ViewName view = facts.identity().view();
        try {
            try {
                BoundedTransaction transaction =
                        BoundedTransaction.begin(connection, facts.identity(), Deadline.in(LOOK), new Cancellation());
                return compare(transaction, facts, definition);
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw new FailureException(StatementFailures.of(e, view));
        }
    }

    private static DefinitionDrift compare(BoundedTransaction transaction, ViewFacts facts, Definition definition)
            throws SQLException, FailureException {
        Connection connection = transaction.connection();
        ViewName view = facts.identity().view();
        PinnedSettings.pin(transaction);
        String beginning = "CREATE TEMPORARY VIEW " + ViewName.quote(PRINTED.name()) + " AS\n";
        DeclaredQuery.run(transaction, definition, beginning, "", view);
        Shape declared = Shape.of(connection, Copy.oid(connection, PRINTED));
        Shape actual = Shape.of(connection, facts.oid());
        var indexes = new DeclaredIndexes(definition.indexes(), view);
        indexes.check(connection, PRINTED);
        boolean same =
                declared.query().equals(actual.query()) && declared.types().equals(actual.types());
        return new DefinitionDrift(
                hash(actual.query()),
                same ? null : declared.query(),
                indexes.missing(connection, facts.oid()),
                same ? null : obstacle(connection, facts));
    }

    private static @Nullable Failure obstacle(Connection connection, ViewFacts facts) throws SQLException {
        Facade facade = facts.facade();
        try {
            Redefinition.checkReaders(
                    connection,
                    facts.identity().view(),
                    facade == null ? facts.oid() : facade.oid(),
                    Copy.oid(connection, PRINTED));
            return null;
        } catch (FailureException e) {
            return e.failure();
        }
    }

    /** Whether there is any. */
    public boolean exists() {
        return query != null || !missing.isEmpty();
    }

    /** What differs, as the beginning of a sentence. */
    public String text(ViewName view) {
        var parts = new ArrayList<String>();
        if (query != null) {
            parts.add(view + " has another query than spec.view.definition");
        }
        for (IndexSpec index : missing) {
            parts.add(view + " lacks the " + (index.unique() ? "unique index" : "index") + " on "
                    + DeclaredIndexes.list(index.columns()) + " of spec.view.indexes");
        }
        return String.join(", and ", parts);
    }

    /** Stands for a query as the server prints it. */
    public static String hash(String query) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(query.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
