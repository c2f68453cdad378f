package dev.matview.operator.postgres;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Lets another thread end the statement that is under way, on the server too, and keeps the next one from starting. */
public final class Cancellation {
    private @Nullable Statement running;
    private boolean requested;
    private final BooleanSupplier permission;

    /** Of something that nobody forbids. */
    public Cancellation() {
        this(() -> true);
    }

    /** @param permission asked before the commit, on the thread that commits: it must not wait */
    public Cancellation(BooleanSupplier permission) {
        this.permission = permission;
    }

    /**
     * Says which statement comes next.
     *
     * @throws SQLException of state 57014 when the end was asked for in the meantime
     */
    synchronized void runs(Statement statement) throws SQLException {
        if (requested) {
            throw new SQLException("cancelled before it began", "57014");
        }
        running = statement;
    }

    /**
     * Says that the commit comes next.
     *
     * @throws FailureException of reason Interrupted when it is not permitted
     */
    void commits() throws FailureException {
        if (!permission.getAsBoolean()) {
            throw new FailureException(Failure.interrupted());
        }
    }

    /** Says that none is under way. */
    synchronized void pauses() {
        running = null;
    }

    /**
     * Asks for the end. Takes a connection of its own, within the bounds of the connection's settings, so it is not
     * called where nobody may wait.
     *
     * @return whether a statement was under way, which will end by an error
     * @throws SQLException when the server could not be asked; cutting the connection then has the same effect
     */
    public boolean cancel() throws SQLException {
        Statement statement;
        synchronized (this) {
            requested = true;
            statement = running;
        }
        if (statement != null) {
            statement.cancel();
        }
        return statement != null;
    }
}
