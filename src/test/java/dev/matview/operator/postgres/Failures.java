package dev.matview.operator.postgres;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What is thrown as a {@link FailureException}. */
public final class Failures {
    private Failures() {}

    /** The failure that the call ends with; a test's failure when it ends otherwise. */
    public static Failure of(ThrowingCallable call) {
        return requireNonNull(catchThrowableOfType(FailureException.class, call), "nothing was thrown")
                .failure();
    }
}
