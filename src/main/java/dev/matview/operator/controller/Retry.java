package dev.matview.operator.controller;

import dev.matview.operator.api.FailureClass;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.api.RetrySpec;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Purpose;
import org.jspecify.annotations.Nullable;

/**
 * Whether a run that has failed is tried again because it could not reach its database.
 *
 * @param count how many times in a row it has been so far; null when it is not any more
 * @param note what to say of its end, or null when its limit is not the reason for that
 */
record Retry(@Nullable Long count, @Nullable String note) {
    /** Something else was wrong. */
    static final Retry NONE = new Retry(null, null);

    /**
     * After a try that could not reach it.
     *
     * @param draft the status before that
     * @param run that has failed
     * @param declared by the resource, or null
     * @param counts whether this try is one of those that the limit is for
     */
    static Retry after(StatusDraft draft, RefreshRecord run, @Nullable RetrySpec declared, boolean counts) {
        RefreshRecord before = draft.openTry(run);
        Reason reason = before == null ? null : Reason.of(before.reason());
        boolean again = reason != null && reason.failureClass() == FailureClass.UNREACHABLE;
        long known = draft.retries == null ? 0 : draft.retries;
        long count = again ? known + (counts ? 1 : 0) : 0;
        // Of the others no later scheduled time or request makes up.
        boolean bounded = run.request() != null || run.scheduledTime() != null;
        if (declared == null || !bounded || !counts || count < declared.limit()) {
            return new Retry(count, null);
        }
        return new Retry(
                null,
                "; after " + count + (count == 1 ? " retry" : " retries")
                        + " (retry.limit) the next try is at the next scheduled time or request");
    }

    /** Whether a run that has ended so, and is in the status, could not reach its database, and is not tried again. */
    static boolean isOver(StatusDraft status, Purpose purpose, Outcome outcome) {
        return !purpose.isCheck()
                && outcome instanceof Outcome.Failed failed
                && failed.failure().failureClass() == FailureClass.UNREACHABLE
                && status.retries == null;
    }

    /** Whether its limit is used up. */
    boolean over() {
        return note != null;
    }

    /** The failure with what there is to say of its end. */
    Failure said(Failure failure) {
        return note == null ? failure : new Failure(failure.reason(), failure.message() + note, failure.sqlState());
    }
}
