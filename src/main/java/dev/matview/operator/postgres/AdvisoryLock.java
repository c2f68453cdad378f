package dev.matview.operator.postgres;

import dev.matview.operator.api.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import org.postgresql.util.ServerErrorMessage;

/** The lock that keeps refreshes of one view apart, whoever runs them with this operator's program. */
final class AdvisoryLock {
    /** The SQLSTATE {@code invalid_parameter_value} (PostgreSQL manual, appendix A). */
    private static final String INVALID_VALUE = "22023";

    private final ViewIdentity identity;
    private final long key;

    AdvisoryLock(ViewIdentity identity) {
        this.identity = identity;
        this.key = key(identity);
    }

    /** An SQL expression that takes it until the end of the transaction, and tells whether that worked. */
    String attempt() {
        return "pg_catalog.pg_try_advisory_xact_lock(" + key + ")";
    }

    /**
     * An SQL expression that takes it until the end of the transaction, or fails, so that no statement runs that came in
     * the same round trip. A setting that refuses a value quotes it, which tells whoever reads the server's log as well.
     */
    String demand() {
        return "pg_catalog.set_config('lock_timeout', CASE WHEN " + attempt()
                + " THEN pg_catalog.current_setting('lock_timeout') ELSE '" + refusal() + "' END, true)";
    }

    /** Whether the error is the one of {@link #demand}. */
    boolean isRefused(SQLException e) {
        ServerErrorMessage server = StatementFailures.told(e);
        return server != null
                && INVALID_VALUE.equals(server.getSQLState())
                && String.valueOf(server.getMessage()).contains(refusal());
    }

    /** That somebody else has it. */
    FailureException taken() {
        return new FailureException(new Failure(
                Reason.REFRESH_IN_PROGRESS, "another refresh of " + identity.view() + " has been under way"));
    }

    private String refusal() {
        return "another refresh of this view holds advisory lock " + key;
    }

    private static long key(ViewIdentity identity) {
        String text = "matview.dev\0" + identity.database() + "\0"
                + identity.view().schema() + "\0" + identity.view().name();
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
