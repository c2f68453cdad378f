package dev.matview.operator.controller;

import dev.matview.operator.api.FailureClass;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshRecord;
import java.time.Instant;

/** What comes when, as the status shows it. */
final class Upcoming {
    private Upcoming() {}

    static void show(StatusDraft draft, Plan plan, Gate gate, Instant now) {
        boolean idle = plan.spec().suspend() || draft.isTrue(Conditions.STALLED);
        draft.nextRefreshTime = idle ? null : plan.schedule().next(now).orElse(null);
        RefreshRecord last = draft.lastRefresh;
        Reason reason = last == null ? null : Reason.of(last.reason());
        boolean retried = last != null
                && reason != null
                && (reason.failureClass() == FailureClass.UNREACHABLE
                        || reason.failureClass() == FailureClass.INTERRUPTED)
                && !(idle && last.request() == null);
        draft.nextRetryTime = retried && gate.closed(now) ? gate.notBefore() : null;
    }
}
