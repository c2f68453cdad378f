package dev.matview.operator.refresh;

import dev.matview.operator.api.Reason;
import dev.matview.operator.postgres.ConnectionSettings;
import dev.matview.operator.postgres.Connections;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.Lease;

/**
 * What it takes to connect.
 *
 * @param justChanged whether they differ from those that worked a moment ago, so that the server may not know them yet
 */
public record Credentials(ConnectionSettings settings, boolean justChanged) {
    /** Opens a connection by them. @throws FailureException of reason CredentialsRotating when they are too new */
    Lease open(Connections connections) throws FailureException, InterruptedException {
        try {
            return connections.open(settings);
        } catch (FailureException e) {
            if (justChanged && e.failure().reason() == Reason.AUTHENTICATION_FAILED) {
                throw new FailureException(new Failure(
                        Reason.CREDENTIALS_ROTATING,
                        "the Secret has just changed, and the server does not take it yet: "
                                + e.failure().message(),
                        e.failure().sqlState()));
            }
            throw e;
        }
    }

    /** Reads them where they are kept. */
    @FunctionalInterface
    public interface Source {
        /** Reads them; throws a {@link FailureException} when they are missing or can't be used. */
        Credentials read() throws FailureException, InterruptedException;
    }
}
