package dev.matview.operator.controller;

import dev.matview.operator.api.ByteSize;
import dev.matview.operator.api.FailureClass;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.api.ViewStatus;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.RunRequest;
import dev.matview.operator.refresh.Trigger;
import dev.matview.operator.schedule.Due;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How what happened changes the status. */
final class StatusUpdate {
    private final StatusDraft draft;
    private final Plan plan;
    private final Instant now;

    StatusUpdate(StatusDraft draft, Plan plan, Instant now) {
        this.draft = draft;
        this.plan = plan;
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
    void deadline() {
        Instant anchor = draft.anchor();
        if (!plan.spec().suspend()
                && anchor != null
                && plan.schedule().due(anchor, now, plan.deadline()) instanceof Due.TooLate due) {
            boolean tried = draft.lastRefresh != null && due.scheduledTime().equals(draft.lastRefresh.scheduledTime());
            missed(due.missed() - (tried ? 1 : 0));
            draft.lastScheduleTime = due.scheduledTime();
        }
    }

    /** Shows what comes when. */
    void times(Gate gate) {
        boolean idle = plan.spec().suspend() || draft.isTrue(Conditions.STALLED);
        draft.nextRefreshTime = idle ? null : plan.schedule().next(now).orElse(null);
        Reason reason = draft.lastRefresh == null ? null : Reason.of(draft.lastRefresh.reason());
        boolean retried = reason != null && reason.failureClass() == FailureClass.UNREACHABLE;
        draft.nextRetryTime = retried && gate.closed(now) ? gate.notBefore() : null;
    }

    /** The operator ended while a run was under way, as the status shows. */
    void interrupted() {
        if (draft.lastRefresh != null) {
            interrupted(draft.lastRefresh, now);
        }
    }

    private void interrupted(RefreshRecord running, Instant completionTime) {
        Failure failure = Failure.interrupted();
        end(Records.failed(running, failure, completionTime));
        Conditions.failed(draft, failure, true, generation(), now);
    }

    /** A run has been under way for a while. */
    void underWay(RunRequest<?> request, Instant startTime) {
        if (!request.isCheck()) {
            draft.lastRefresh = Records.running(request, startTime);
            draft.lastRefreshStatus = Records.RUNNING;
        }
        if (!validated(request.generation())) {
            Conditions.validating(draft, request.generation(), now);
        }
    }

    /** A run has ended. */
    void ended(RunRequest<?> request, Outcome outcome) {
        switch (outcome) {
            case Outcome.Checked(ViewFacts facts) -> checked(request, facts);
            // Which times were missed is for deadline() to say, as for those that were late from the start.
            case Outcome.Missed(ViewFacts facts) -> checked(request, facts);
            case Outcome.Refreshed refreshed -> refreshed(request, refreshed);
            case Outcome.Failed failed
            when failed.failure().failureClass() == FailureClass.INTERRUPTED ->
                interrupted(Records.running(request, failed.startTime()), failed.completionTime());
            case Outcome.Failed failed -> failed(request, failed);
        }
    }

    private void checked(RunRequest<?> request, ViewFacts facts) {
        draft.observedGeneration = request.generation();
        draft.view = viewStatus(facts, null);
        valid(request.generation());
    }

    /**
     * Nothing can be run: the spec itself, or an older resource of the same view, forbids it.
     *
     * @param request the token of a request that is answered by this, or null
     */
    void refused(Failure failure, long generation, @Nullable String request) {
        if (request != null) {
            end(Records.failed(Records.manual(request, plan.spec().mode(), now), failure, now));
            draft.lastHandledRefreshRequest = request;
        }
        draft.observedGeneration = generation;
        Conditions.failed(draft, failure, true, generation, now);
    }

    private void refreshed(RunRequest<?> request, Outcome.Refreshed refreshed) {
        RefreshResult result = refreshed.result();
        RefreshRecord record = continued(Records.succeeded(request, refreshed));
        draft.observedGeneration = request.generation();
        draft.view = viewStatus(refreshed.facts(), result);
        draft.lastSuccessTime = refreshed.completionTime();
        end(record);
        draft.consecutiveFailures = 0L;
        settle(request.trigger(), refreshed.completionTime());
        Conditions.ready(
                draft,
                plan.spec().suspend() ? "Suspended" : Records.SUCCEEDED,
                "refreshed in " + record.duration() + Records.rows(result.rows()),
                request.generation(),
                now);
    }

    private void failed(RunRequest<?> request, Outcome.Failed failed) {
        Failure failure = failed.failure();
        boolean unreachable = failure.failureClass() == FailureClass.UNREACHABLE;
        if (failed.facts() != null) {
            draft.view = viewStatus(failed.facts(), null);
        } else if (failure.reason() == Reason.VIEW_MISSING || failure.reason() == Reason.NOT_A_MATERIALIZED_VIEW) {
            draft.view = new ViewStatus(false, false, null, null, null, null, null, null);
        }
        boolean decided = request.isCheck() ? failure.failureClass() == FailureClass.CANNOT_WORK : !unreachable;
        if (decided) {
            draft.observedGeneration = request.generation();
        }
        if (!request.isCheck()) {
            RefreshRecord running = Records.running(request, failed.startTime());
            end(continued(Records.failed(running, failed)));
            if (failure.failureClass() == FailureClass.CANNOT_WORK && request.trigger() instanceof Trigger.Manual m) {
                draft.lastHandledRefreshRequest = m.request();
            } else if (!unreachable && failure.failureClass() != FailureClass.CANNOT_WORK) {
                settle(request.trigger(), failed.completionTime());
            }
        }
        boolean undecided = request.isCheck()
                && failure.failureClass() != FailureClass.CANNOT_WORK
                && draft.isTrue(Conditions.STALLED);
        // A check that could not be made says nothing new about a resource that can't work.
        if (!undecided) {
            Conditions.failed(draft, failure, validated(request.generation()), request.generation(), now);
        }
    }

    /** A check went well: what remains is how the last run ended. */
    private void valid(long generation) {
        RefreshRecord last = draft.lastRefresh;
        Reason reason = last == null ? null : Reason.of(last.reason());
        if (last != null && reason != null && last.message() != null) {
            String message = Records.leavesCauseOpen(last)
                    ? "the last run failed, and nothing is found wrong any more, so the next run is to show: "
                    : "";
            var failure = new Failure(reason, message + last.message(), last.sqlState());
            Conditions.failed(draft, failure, true, generation, now);
            draft.remove(Conditions.STALLED);
        } else if (plan.spec().suspend()) {
            Conditions.ready(draft, "Suspended", "valid; runs on schedule are suspended", generation, now);
        } else {
            Conditions.ready(draft, "Valid", "valid; the next run will refresh it", generation, now);
        }
    }

    /** The run as one with the try before for the same cause, if that left the cause open. */
    private RefreshRecord continued(RefreshRecord record) {
        RefreshRecord before = draft.openTry(record);
        return before == null ? record : Records.continuing(before, record);
    }

    /** Enters a run that ended. */
    private void end(RefreshRecord record) {
        if (record.reason() != null && draft.openTry(record) == null) {
            draft.consecutiveFailures = (draft.consecutiveFailures == null ? 0 : draft.consecutiveFailures) + 1;
        }
        draft.lastRefresh = record;
        draft.lastRefreshStatus = record.status();
        draft.lastRefreshTime = record.completionTime();
        draft.nextRetryTime = null;
        draft.enter(record);
    }

    /** The run answers its cause, and every scheduled time up to its end: none is run again, the others are counted. */
    private void settle(Trigger trigger, Instant completionTime) {
        if (trigger instanceof Trigger.Manual manual) {
            draft.lastHandledRefreshRequest = manual.request();
        }
        Instant anchor = draft.anchor();
        if (anchor != null && plan.schedule().due(anchor, completionTime, null) instanceof Due.Now due) {
            draft.lastScheduleTime = due.scheduledTime();
            missed(due.missed() + (trigger instanceof Trigger.Schedule ? 0 : 1));
        }
    }

    private void missed(long count) {
        if (count > 0) {
            draft.missedSchedules = (draft.missedSchedules == null ? 0 : draft.missedSchedules) + count;
        }
    }

    private ViewStatus viewStatus(ViewFacts facts, @Nullable RefreshResult result) {
        String identity = facts.identity().toString();
        ViewStatus before = draft.view;
        Long known = before != null && identity.equals(before.identity()) ? before.sizeBytes() : null;
        Long size = result == null ? known : Long.valueOf(result.sizeBytes());
        return new ViewStatus(
                true,
                result != null || facts.populated(),
                result == null ? facts.rows() : result.rows(),
                size,
                size == null ? null : ByteSize.format(size),
                facts.owner(),
                facts.usableUniqueIndex(),
                identity);
    }

    private boolean validated(long generation) {
        return draft.observedGeneration != null && draft.observedGeneration == generation;
    }

    private long generation() {
        return draft.observedGeneration == null ? 0 : draft.observedGeneration;
    }
}
