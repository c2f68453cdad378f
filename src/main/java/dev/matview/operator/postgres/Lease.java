package dev.matview.operator.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import org.jboss.logging.Logger;

/** A connection that goes back to its pool when this is closed. */
public final class Lease implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Lease.class);

    private final Connection connection;
    private final Runnable onClose;

    Lease(Connection connection, Runnable onClose) {
        this.connection = connection;
        this.onClose = onClose;
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
