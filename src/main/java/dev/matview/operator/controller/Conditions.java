package dev.matview.operator.controller;

import dev.matview.operator.postgres.Failure;
import java.time.Instant;

/**
 * The conditions in the way that kstatus reads them: Ready always, Reconciling and Stalled only while they are true. Fresh is
 * {@link Freshness}'s.
 */
final class Conditions {
    static final String READY = "Ready";
    static final String RECONCILING = "Reconciling";
    static final String STALLED = "Stalled";

    private static final String TRUE = "True";

    private Conditions() {}

    static void ready(StatusDraft draft, String reason, String message, long generation, Instant now) {
        draft.set(READY, TRUE, reason, message, generation, now);
        draft.remove(RECONCILING);
        draft.remove(STALLED);
    }

    /** A new generation has been looked at for a while, and no verdict is in sight. */
    static void validating(StatusDraft draft, long generation, Instant now) {
        String message = "the view is being checked in the database";
        if (draft.condition(READY) == null) {
            draft.set(READY, "Unknown", "Validating", message, generation, now);
        }
        draft.set(RECONCILING, TRUE, "Validating", message, generation, now);
    }

    /** A failure; whether it is final, for now or undecided follows from its class. */
    static void failed(StatusDraft draft, Failure failure, boolean validated, long generation, Instant now) {
        String reason = failure.reason().value();
        draft.set(READY, "False", reason, failure.message(), generation, now);
        switch (failure.failureClass()) {
            case CANNOT_WORK -> {
                draft.set(STALLED, TRUE, reason, failure.message(), generation, now);
                draft.remove(RECONCILING);
            }
            case UNREACHABLE -> {
                draft.remove(STALLED);
                if (validated) {
                    draft.remove(RECONCILING);
                } else {
                    draft.set(RECONCILING, TRUE, reason, failure.message(), generation, now);
                }
            }
            case BUSY, DATA, LIMITS, INTERRUPTED -> {
                draft.remove(STALLED);
                draft.remove(RECONCILING);
            }
        }
    }
}
