package dev.matview.operator.postgres;

import dev.matview.operator.api.Reason;

/** TCP ports as texts hold them. */
final class Ports {
    static final int POSTGRESQL = 5432;

    private Ports() {}

    static int parse(String text) throws FailureException {
        try {
            int port = Integer.parseInt(text.strip());
            if (port >= 1 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Said below, together with a number that is out of range.
        }
        throw new FailureException(
                new Failure(Reason.SECRET_INVALID, "the Secret's port is not a number from 1 to 65535"));
    }
}
