package dev.matview.operator.testing;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A database of one test, with an ordinary login role that only this test knows and that owns the schema {@code public}
 * and nothing else.
 *
 * @param server where it is
 * @param name the database's name, and the role's
 * @param password the role's password
 */
public record TestDatabase(PostgresServer server, String name, String password) implements AutoCloseable {
    static TestDatabase create(PostgresServer server, String name) {
        TestDatabase database = new TestDatabase(server, name, UUID.randomUUID().toString());
        String quoted = Sql.identifier(name);
        try {
            server.execute(
                    "CREATE ROLE %s LOGIN PASSWORD '%s'".formatted(quoted, database.password()),
                    "CREATE DATABASE " + quoted + strategy(server));
            database.executeAsSuperuser("ALTER SCHEMA public OWNER TO " + quoted);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot create database " + name, e);
        }
        return database;
    }

    /** Half the time of the way that writes all of it to the log, which is the default from 15 on. */
    private static String strategy(PostgresServer server) {
        return server.version() < 15 ? "" : " STRATEGY FILE_COPY";
    }

    /** The role's name. */
    public String user() {
        return name;
    }

    /** The JDBC URL, without user, password and TLS parameters. */
    public String url() {
        return server.url(name);
    }

    /** Connects the role. */
    public Connection connect() throws SQLException {
        return server.connect(user(), password, name);
    }

    /** Connects the superuser. */
    public Connection connectAsSuperuser() throws SQLException {
        return server.connect(server.user(), server.password(), name);
    }

    /** Runs statements as the role, each in its own transaction. */
    public void execute(String... statements) throws SQLException {
        try (Connection connection = connect()) {
            Sql.execute(connection, statements);
        }
    }

    /** Runs statements as the superuser, each in its own transaction. */
    public void executeAsSuperuser(String... statements) throws SQLException {
        try (Connection connection = connectAsSuperuser()) {
            Sql.execute(connection, statements);
        }
    }

    /** The first column of the first row, as the role; null also when there is no row. */
    public @Nullable String scalar(String query, Object... values) throws SQLException {
        try (Connection connection = connect()) {
            return Sql.scalar(connection, query, values);
        }
    }

    /** Drops the database, ending its sessions, and its role. */
    @Override
    public void close() {
        String quoted = Sql.identifier(name);
        try {
            server.execute("DROP DATABASE " + quoted + " WITH (FORCE)", "DROP ROLE " + quoted);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot drop database " + name, e);
        }
    }
}
