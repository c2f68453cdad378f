package dev.matview.operator.postgres;

import dev.matview.operator.api.FailureClass;
import dev.matview.operator.api.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Why something did not work, ready to be shown.
 *
 * @param reason the one word
 * @param message names the thing, what is wrong and the fix; the operator's own words, never the server's
 * @param sqlState the server's SQLSTATE (PostgreSQL manual, appendix A), or null when no server reported it
 */
public record Failure(
        Reason reason, String message, @Nullable String sqlState) {

    /** A failure that no server reported. */
    public Failure(Reason reason, String message) {
        this(reason, message, null);
    }

    /** Of a run that the operator did not bring to its end. */
    public static Failure interrupted() {
        return new Failure(
                Reason.INTERRUPTED,
                "the operator ended during the run, and the server undid it, unless it was being committed; it is made"
                        + " up");
    }

    public FailureClass failureClass() {
        return reason.failureClass();
    }
}
