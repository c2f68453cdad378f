package dev.matview.operator.refresh;

import dev.matview.operator.postgres.ConnectionSettings;
import dev.matview.operator.postgres.FailureException;

/**
 * What it takes to connect.
 *
 * @param justChanged whether they differ from those that worked a moment ago, so that the server may not know them yet
 */
public record Credentials(ConnectionSettings settings, boolean justChanged) {

    /** Reads them where they are kept. */
    @FunctionalInterface
    public interface Source {
        /** Reads them; throws a {@link FailureException} when they are missing or can't be used. */
        Credentials read() throws FailureException;
    }
}
