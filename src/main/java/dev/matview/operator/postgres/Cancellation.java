package dev.matview.operator.postgres;

import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** Lets another thread end the statement that is under way, on the server too. */
public final class Cancellation {
    private @Nullable Statement running;

    /** Says which statement is under way; null for none. */
    synchronized void runs(@Nullable Statement statement) {
        running = statement;
    }

    /**
     * Asks for the end. Takes a connection of its own, within the bounds of the connection's settings, so it is not
     * called where nobody may wait.
     *
     * @throws SQLException when the server could not be asked; cutting the connection then has the same effect
     */
    public void cancel() throws SQLException {
        Statement statement;
        synchronized (this) {
            statement = running;
        }
        if (statement != null) {
            statement.cancel();
        }
    }
}
