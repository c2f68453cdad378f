package dev.matview.operator.postgres;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import org.jboss.logging.Logger;

/** A connection that goes back to its pool when this is closed. */
public final class Lease implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Lease.class);

    private final Connection connection;
    private final HikariDataSource pool;
    private final Runnable onClose;

    Lease(Connection connection, HikariDataSource pool, Runnable onClose) {
        this.connection = connection;
        this.pool = pool;
        this.onClose = onClose;
    }

    /** Keeps the pool from giving this connection to anybody again: the next one is a new one. */
    public void discard() {
        pool.evictConnection(connection);
    }

    public Connection connection() {
        return connection;
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debugf("a connection could not be given back (%s): the pool drops it", e.getSQLState());
        } finally {
            onClose.run();
        }
    }
}
