import java.sql.Connection;
import java.sql.SQLException;

/** Watches how many bytes a database takes, with temporary files and without WAL, until it is closed. */
final class Disk implements AutoCloseable {
    private static final String BYTES = """
            SELECT pg_database_size(current_database()) + (SELECT coalesce(sum(size), 0) FROM pg_ls_tmpdir())
            """;

    private final Connection connection;
    private final long before;
    private final Thread thread;
    private volatile long most;
    private volatile boolean stopped;

    Disk(Connection connection) throws SQLException {
        this.connection = connection;
        this.before = Server.number(connection, BYTES);
        this.most = before;
        this.thread = Thread.ofPlatform().start(() -> {
            try {
                while (!stopped) {
                    most = Math.max(most, Server.number(connection, BYTES));
                    Thread.sleep(25);
                }
            } catch (SQLException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** The most bytes that it took so far beyond those that it took at first. */
    long extra() {
        return most - before;
    }

    @Override
    public void close() throws SQLException, InterruptedException {
        stopped = true;
        thread.join();
        connection.close();
    }
}
