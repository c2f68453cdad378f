import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** A PostgreSQL: its URL up to the database's name, and the superuser's password. */
record Server(String url, String password) {
    static final String APP = "app";

    /** The role that owns the views and reads them, in a database of its own. */
    Connection app() throws SQLException {
        return connect(APP, APP);
    }

    Connection superuser() throws SQLException {
        return connect("postgres", APP);
    }

    void create() throws SQLException {
        try (Connection connection = connect("postgres", "postgres")) {
            run(
                    connection,
                    "CREATE ROLE " + APP + " LOGIN PASSWORD '" + password + "'",
                    "CREATE DATABASE " + APP + " OWNER " + APP);
        }
    }

    static void run(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    static long number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    private Connection connect(String user, String database) throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("prepareThreshold", "0"); // as the operator
        return DriverManager.getConnection(url + database, properties);
    }
}
