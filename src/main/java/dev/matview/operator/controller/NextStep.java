package dev.matview.operator.controller;

import dev.matview.operator.api.OnMissing;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.refresh.Trigger;
import dev.matview.operator.schedule.Due;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a resource needs next, when nothing is under way for it. */
sealed interface NextStep {
    /** Start this now. */
    record Start(Trigger trigger) implements NextStep {}

    /** Nothing: a scheduled time has come, and the CronJob controller starts its run. */
    record Delegated() implements NextStep {}

    /** A run is due, and waits until others have ended; no longer than that. */
    record Held(Instant until) implements NextStep {}

    /** Nothing before that time; null for nothing until something changes. */
    record Wait(@Nullable Instant until) implements NextStep {}

    /**
     * Decides from the status, the plan and the time alone.
     *
     * @param request the token of the pending request, or null for none
     * @param managed whether an older resource manages the view
     */
    static NextStep of(
            Plan plan,
            StatusDraft status,
            long generation,
            @Nullable String request,
            boolean managed,
            Delegation delegation,
            Gate gate,
            Instant now) {
        boolean newRequest = request != null && !request.equals(gate.request());
        boolean validated = status.observedGeneration != null && status.observedGeneration == generation;
        boolean newGeneration = !validated && (gate.generation() == null || gate.generation() != generation);
        if (managed && validated && !newRequest) {
            return new Wait(null);
        } else if (gate.closed(now) && !newRequest && !newGeneration) {
            boolean waits =
                    validated && awaitsView(plan, status) && !plan.spec().suspend();
            return waits ? recorded(plan, status, delegation, gate, now) : new Wait(gate.notBefore());
        } else if (request != null) {
            return new Start(new Trigger.Manual(request));
        } else if (validated && Suspension.isShown(status)) {
            return new Wait(null);
        } else if (validated && status.isTrue(Conditions.STALLED)) {
            return new Start(new Trigger.Check());
        } else if (!plan.spec().suspend()) {
            NextStep due = due(plan, status, validated, delegation, now);
            if (due instanceof Start || validated) {
                return due;
            }
        }
        boolean settled = validated && !awaitsView(plan, status);
        return settled ? new Wait(null) : new Start(new Trigger.Check());
    }

    /** Whether there is no view yet, and that is no failure. */
    private static boolean awaitsView(Plan plan, StatusDraft status) {
        return plan.spec().onMissing() == OnMissing.SKIP
                && status.view != null
                && !status.view.exists()
                && !status.isTrue(Conditions.STALLED);
    }

    /** While the view is waited for at a slow pace, each scheduled time has its entry all the same. */
    private static NextStep recorded(Plan plan, StatusDraft status, Delegation delegation, Gate gate, Instant now) {
        return switch (due(plan, status, true, delegation, now)) {
            case Start(Trigger.Schedule scheduled) -> new Start(scheduled);
            case Delegated delegated -> delegated;
            case Start _, Held _, Wait _ -> {
                Instant again = gate.notBefore();
                Instant next = plan.schedule().next(now).orElse(again);
                yield new Wait(next != null && again != null && next.isBefore(again) ? next : again);
            }
        };
    }

    private static NextStep due(Plan plan, StatusDraft status, boolean validated, Delegation delegation, Instant now) {
        RefreshRecord last = status.lastRefresh;
        boolean unfinished = last != null
                && (status.leavesCauseOpen(last) || Reason.INTERRUPTED.value().equals(last.reason()));
        if (plan.spec().immediate() && status.lastRefresh == null) {
            return new Start(new Trigger.Immediate());
        }
        boolean creates = plan.spec().onMissing() == OnMissing.CREATE;
        boolean unpopulated =
                validated && status.view != null && !status.view.populated() && (status.view.exists() || creates);
        if (unpopulated && (last == null || Reason.of(last.reason()) == null || unfinished)) {
            return new Start(new Trigger.Unpopulated());
        }
        Instant anchor = status.anchor();
        Due due = plan.schedule().due(anchor == null ? now : anchor, now, plan.deadline());
        return switch (due) {
            case Due.Now(Instant scheduledTime, long _) ->
                // The controller starts each time once; what came of it is the operator's business.
                delegation.covers(scheduledTime) && !status.leftOpen(scheduledTime)
                        ? new Delegated()
                        : new Start(new Trigger.Schedule(scheduledTime));
            // What is too late was counted and left behind before this was asked.
            case Due.TooLate tooLate -> new Wait(tooLate.next());
            case Due.NotYet _ when validated && awaitsView(plan, status) -> new Start(new Trigger.Check());
            case Due.NotYet(Instant next) -> last != null && unfinished ? again(last, plan, now, next) : new Wait(next);
        };
    }

    /** What was started for a cause and has not ended yet is started again for it. */
    private static NextStep again(RefreshRecord last, Plan plan, Instant now, @Nullable Instant next) {
        if (last.request() != null) {
            return new Start(new Trigger.Manual(last.request()));
        } else if (last.trigger().equals(Trigger.Upstream.class.getSimpleName())) {
            return new Start(new Trigger.Upstream());
        } else if (last.scheduledTime() == null) {
            return new Start(new Trigger.Immediate());
        }
        boolean tooLate =
                plan.deadline() != null && now.isAfter(last.scheduledTime().plus(plan.deadline()));
        return tooLate ? new Wait(next) : new Start(new Trigger.Schedule(last.scheduledTime()));
    }
}
