package dev.matview.operator.controller;

import dev.matview.operator.api.Condition;
import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshRecord;
import java.time.Instant;

/**
 * Whether so many runs in a row have failed that none is started any more but by request. It follows from the status, so
 * that it lasts as long as that; each generation counts anew.
 */
final class Suspension {
    private static final String REASON = Reason.SUSPENDED_BY_FAILURES.value();

    private Suspension() {}

    /** Whether it is so, by the spec of that generation. */
    static boolean holds(StatusDraft status, Plan plan, long generation) {
        long limit = plan.spec().suspendAfterFailures();
        return limit > 0 && !isBehind(status, generation) && failures(status) >= limit;
    }

    /** Whether the status says so, and nothing that is worse. */
    static boolean isShown(StatusDraft status) {
        Condition stalled = status.condition(Conditions.STALLED);
        return stalled != null && stalled.reason().equals(REASON);
    }

    /** The failures of an earlier generation are forgotten, but for the run that is still tried again. */
    static void begin(StatusDraft status, Plan plan, long generation) {
        boolean failing = status.consecutiveFailures != null && status.consecutiveFailures > 0;
        if (plan.spec().suspendAfterFailures() > 0 && failing && isBehind(status, generation)) {
            status.consecutiveFailures = isOpen(status) ? 1L : 0L;
        }
    }

    /**
     * Says so, unless something worse is said.
     *
     * @param underWay whether there is a run, which may have something to say itself
     */
    static void show(StatusDraft status, long generation, boolean underWay, Instant now) {
        if (status.isTrue(Conditions.STALLED) && !isShown(status)) {
            return;
        }
        String message = message(status);
        if (!underWay) {
            status.set(Conditions.READY, "False", REASON, message, generation, now);
        }
        status.set(Conditions.STALLED, "True", REASON, message, generation, now);
        status.remove(Conditions.RECONCILING);
        status.observedGeneration = generation;
    }

    private static String message(StatusDraft status) {
        long failures = failures(status);
        RefreshRecord last = status.lastEnded();
        String cause =
                last == null || last.reason() == null ? "" : "; the last: " + last.reason() + ": " + last.message();
        return "suspended, as " + (failures == 1 ? "a run has" : failures + " runs in a row have")
                + " failed (suspendAfterFailures): correct what is wrong, then change the spec, or request a refresh ("
                + MaterializedViewRefresh.REFRESH_REQUESTED + "), which ends it when it succeeds" + cause;
    }

    /** Without the run that is still tried again. */
    private static long failures(StatusDraft status) {
        long counted = status.consecutiveFailures == null ? 0 : status.consecutiveFailures;
        return isOpen(status) ? counted - 1 : counted;
    }

    private static boolean isOpen(StatusDraft status) {
        RefreshRecord last = status.lastEnded();
        return last != null && Records.FAILED.equals(last.status()) && status.leavesCauseOpen(last);
    }

    /** Whether what is said of the resource is about an earlier generation. */
    private static boolean isBehind(StatusDraft status, long generation) {
        Condition ready = status.condition(Conditions.READY);
        return ready == null || ready.observedGeneration() == null || ready.observedGeneration() < generation;
    }
}
