package dev.matview.operator.postgres;

import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;

/**
 * Another login role for a test's database, without any rights.
 *
 * @param name of its own on the whole server
 */
public record TestRole(TestDatabase database, String name, String password) implements AutoCloseable {
    /** Creates one whose name ends with that word. */
    public static TestRole create(TestDatabase database, String word) throws SQLException {
        var role = new TestRole(
                database, database.name() + "_" + word, UUID.randomUUID().toString());
        database.executeAsSuperuser("CREATE ROLE %s LOGIN PASSWORD '%s'".formatted(role.name(), role.password()));
        return role;
    }

    /** Connects it. */
    public Connection connect() throws SQLException {
        return database.server().connect(name, password, database.name());
    }

    /** Ends its sessions, and drops it with its rights. */
    @Override
    public void close() throws SQLException {
        database.executeAsSuperuser(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '" + name + "'",
                "DROP OWNED BY " + name,
                "DROP ROLE " + name);
    }
}
