package dev.matview.operator.postgres;

import dev.matview.operator.api.Reason;
import dev.matview.operator.postgres.ViewFacts.UniqueIndex;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what the catalog says about a view. Nothing here waits for a lock on it. */
public final class Catalog {
    private static final int OLDEST = 140000;

    private static final String SERVER = """
            SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_database(),
                   pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE'),
                   pg_catalog.current_setting('server_version_num')::int
            """;

    private static final String VIEW = """
            SELECT c.oid, c.relkind, m.ispopulated, pg_catalog.pg_get_userbyid(c.relowner) AS owner,
                   pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned,
                   CASE WHEN pg_catalog.current_setting('server_version_num')::int >= 170000
                        THEN pg_catalog.has_table_privilege(c.oid, 'MAINTAIN') ELSE false END AS maintained,
                   CASE WHEN c.reltuples >= 0 THEN c.reltuples::bigint END AS rows,
                   ARRAY(SELECT option_name FROM pg_catalog.pg_options_to_table(c.reloptions)) AS options
            FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_catalog.pg_matviews m ON m.schemaname = n.nspname AND m.matviewname = c.relname
            WHERE n.nspname = ? AND c.relname = ?
            """;

    /** What REFRESH ... CONCURRENTLY looks for, as in the server's is_usable_unique_index. */
    private static final String UNIQUE_INDEXES = """
            SELECT i.relname,
                   CASE WHEN NOT x.indisvalid THEN 'is invalid: drop it and create it again'
                        WHEN NOT x.indimmediate THEN 'is deferred: create one that is checked at once'
                        WHEN x.indpred IS NOT NULL THEN 'is partial: create one without WHERE'
                        WHEN x.indexprs IS NOT NULL THEN 'is on an expression: create one on columns alone' END AS defect
            FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
            WHERE x.indrelid = ? AND x.indisunique
            ORDER BY defect NULLS FIRST, i.relname
            """;

    private static final String SIMILAR = """
            SELECT pg_catalog.quote_ident(schemaname) || '.' || pg_catalog.quote_ident(matviewname)
            FROM pg_catalog.pg_matviews
            WHERE pg_catalog.lower(matviewname) = pg_catalog.lower(?)
            ORDER BY schemaname, matviewname LIMIT 3
            """;

    private Catalog() {}

    /**
     * What there is to know about the view.
     *
     * @param address the server's, which stands for its system identifier where the user may not read that
     * @throws FailureException of reason NotPrimary, NotSupported, ViewMissing or NotAMaterializedView
     * @throws SQLException when the server can't answer
     */
    public static ViewFacts inspect(Connection connection, ViewName view, String address)
            throws SQLException, FailureException {
        return inspect(connection, identity(connection, view, address));
    }

    /**
     * The same anew, for a view of the server and database that the connection is known to lead to.
     *
     * @throws FailureException of reason ViewMissing or NotAMaterializedView
     * @throws SQLException when the server can't answer
     */
    public static ViewFacts inspect(Connection connection, ViewIdentity identity)
            throws SQLException, FailureException {
        ViewName view = identity.view();
        try (PreparedStatement statement = connection.prepareStatement(VIEW)) {
            statement.setString(1, view.schema());
            statement.setString(2, view.name());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw missing(connection, identity);
                }
                String kind = row.getString("relkind");
                long oid = row.getLong("oid");
                Facade facade = kind.equals("v") ? Facade.find(connection, oid) : null;
                if (facade != null) {
                    return behind(connection, identity, facade, row);
                } else if (!kind.equals("m")) {
                    throw new FailureException(new Failure(
                            Reason.NOT_A_MATERIALIZED_VIEW,
                            view + " is " + kindName(kind) + ", not a materialized view: name one in spec.view"));
                }
                return new ViewFacts(
                        identity,
                        oid,
                        row.getBoolean("ispopulated"),
                        row.getString("owner"),
                        row.getBoolean("owned"),
                        row.getBoolean("maintained"),
                        nullableLong(row, "rows"),
                        null,
                        strings(row.getArray("options")),
                        uniqueIndexes(connection, oid),
                        null,
                        null,
                        null);
            }
        }
    }

    /** What the active side of a facade holds, with the facade's own owner. */
    private static ViewFacts behind(Connection connection, ViewIdentity identity, Facade facade, ResultSet owner)
            throws SQLException, FailureException {
        ViewFacts active = inspect(
                connection,
                new ViewIdentity(
                        identity.system(), identity.database(), facade.active().of(identity.view())));
        return new ViewFacts(
                identity,
                active.oid(),
                active.populated(),
                owner.getString("owner"),
                owner.getBoolean("owned") && active.owned(),
                false,
                active.rows(),
                null,
                active.options(),
                active.uniqueIndexes(),
                facade,
                null,
                null);
    }

    /**
     * Which view it is, whether it exists or not.
     *
     * @throws FailureException of reason NotPrimary or NotSupported
     * @throws SQLException when the server can't answer
     */
    public static ViewIdentity identity(Connection connection, ViewName view, String address)
            throws SQLException, FailureException {
        String database;
        boolean identifiable;
        try (PreparedStatement statement = connection.prepareStatement(SERVER);
                ResultSet row = statement.executeQuery()) {
            row.next();
            if (row.getBoolean(1)) {
                throw new FailureException(new Failure(
                        Reason.NOT_PRIMARY,
                        address + " is a standby, where nothing can be refreshed: use the host of the primary, such as"
                                + " the read-write Service"));
            }
            if (row.getInt(4) < OLDEST) {
                throw new FailureException(
                        new Failure(Reason.NOT_SUPPORTED, address + " runs a PostgreSQL before 14: upgrade it"));
            }
            database = row.getString(2);
            identifiable = row.getBoolean(3);
        }
        String system = address;
        if (identifiable) {
            try (PreparedStatement statement = connection.prepareStatement(
                            "SELECT system_identifier FROM pg_catalog.pg_control_system()");
                    ResultSet row = statement.executeQuery()) {
                row.next();
                system = row.getString(1);
            }
        }
        return new ViewIdentity(system, database, view);
    }

    private static FailureException missing(Connection connection, ViewIdentity identity) throws SQLException {
        var similar = new ArrayList<String>();
        try (PreparedStatement statement = connection.prepareStatement(SIMILAR)) {
            statement.setString(1, identity.view().name());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    similar.add(rows.getString(1));
                }
            }
        }
        String hint = similar.isEmpty()
                ? "create it, or correct spec.view"
                : "did you mean " + String.join(" or ", similar) + "? (schema and name are taken exactly as written)";
        return new FailureException(new Failure(
                Reason.VIEW_MISSING,
                "there is no " + identity.view() + " in database \"" + identity.database() + "\": " + hint));
    }

    private static List<UniqueIndex> uniqueIndexes(Connection connection, long oid) throws SQLException {
        var indexes = new ArrayList<UniqueIndex>();
        try (PreparedStatement statement = connection.prepareStatement(UNIQUE_INDEXES)) {
            statement.setLong(1, oid);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    indexes.add(new UniqueIndex(rows.getString(1), rows.getString(2)));
                }
            }
        }
        return indexes;
    }

    private static List<String> strings(Array array) throws SQLException {
        return List.of((String[]) array.getArray());
    }

    private static @Nullable Long nullableLong(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    private static String kindName(String kind) {
        return switch (kind) {
            case "r" -> "a table";
            case "p" -> "a partitioned table";
            case "v" -> "a plain view";
            case "f" -> "a foreign table";
            case "i", "I" -> "an index";
            case "S" -> "a sequence";
            case "c" -> "a composite type";
            default -> "something else";
        };
    }
}
