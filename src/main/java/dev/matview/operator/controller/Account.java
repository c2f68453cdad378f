package dev.matview.operator.controller;

import dev.matview.operator.refresh.Trigger;
import dev.matview.operator.schedule.Due;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Which causes for a run, scheduled times above all, have their answer: none is answered twice, none is forgotten. */
final class Account {
    private final StatusDraft draft;
    private final Plan plan;
    private final Delegation delegation;
    private final Instant now;

    Account(StatusDraft draft, Plan plan, Delegation delegation, Instant now) {
        this.draft = draft;
        this.plan = plan;
        this.delegation = delegation;
        this.now = now;
    }

    /** Starts the count of scheduled times anew when the schedules have changed. */
    void schedules(Instant creation) {
        String text = plan.scheduleText();
        if (plan.failure() == null && !text.equals(draft.schedule)) {
            draft.scheduleSince = draft.schedule == null ? creation : now;
            draft.schedule = text;
        }
    }

    /** Leaves behind what is too late to be made up. */
    void deadline(long generation) {
        Instant anchor = draft.anchor();
        if (!plan.spec().suspend()
                && !Suspension.holds(draft, plan, generation)
                && anchor != null
                && plan.schedule().due(anchor, now, plan.deadline()) instanceof Due.TooLate due) {
            Instant time = draft.lastRefresh == null ? null : draft.lastRefresh.scheduledTime();
            boolean tried = time != null && time.isAfter(anchor) && !time.isAfter(due.scheduledTime());
            missed(due.missed() - (tried ? 1 : 0));
            draft.retries = tried ? null : draft.retries;
            draft.lastScheduleTime = due.scheduledTime();
        }
    }

    /** The run answers its cause, and every scheduled time up to its end: none is run again, the others are counted. */
    void settle(Trigger trigger, Instant completionTime) {
        settle(
                trigger instanceof Trigger.Manual(String token) ? token : null,
                trigger instanceof Trigger.Schedule(Instant time) ? time : null,
                completionTime);
    }

    /**
     * The same for a run of which the status alone tells.
     *
     * @param request the token that it answers, or null
     * @param scheduledTime the time that it answers, or null
     */
    void settle(@Nullable String request, @Nullable Instant scheduledTime, Instant completionTime) {
        handled(request);
        Instant anchor = draft.anchor();
        // The CronJob controller has a run for what came due during another one, when that has ended.
        Instant until = delegation.toJobs() ? scheduledTime : completionTime;
        if (anchor != null && until != null && plan.schedule().due(anchor, until, null) instanceof Due.Now due) {
            draft.lastScheduleTime = due.scheduledTime();
            missed(due.missed() + (scheduledTime == null ? 1 : 0));
        }
    }

    /** The run's cause is given up: it has its answer, while what fell due in the meantime has not. */
    void giveUp(Trigger trigger) {
        handled(trigger instanceof Trigger.Manual(String token) ? token : null);
        Instant anchor = draft.anchor();
        if (trigger instanceof Trigger.Schedule(Instant time) && (anchor == null || time.isAfter(anchor))) {
            if (anchor != null && plan.schedule().due(anchor, time, null) instanceof Due.Now due) {
                missed(due.missed());
            }
            draft.lastScheduleTime = time;
        }
    }

    /** The request of that token has its answer; null for none. */
    void handled(@Nullable String request) {
        if (request != null) {
            draft.lastHandledRefreshRequest = request;
        }
    }

    private void missed(long count) {
        if (count > 0) {
            draft.missedSchedules = (draft.missedSchedules == null ? 0 : draft.missedSchedules) + count;
        }
    }
}
