package dev.matview.operator.controller;

import dev.matview.operator.api.FailureClass;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.api.ViewStatus;
import dev.matview.operator.api.ViewWarning;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Purpose;
import dev.matview.operator.refresh.Trigger;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How what happened changes the status. */
final class StatusUpdate {
    private final StatusDraft draft;
    private final Plan plan;
    private final Account account;
    private final Instant now;

    StatusUpdate(StatusDraft draft, Plan plan, Account account, Instant now) {
        this.draft = draft;
        this.plan = plan;
        this.account = account;
        this.now = now;
    }

    /** Nothing is left of a run that was under way: the operator ended meanwhile, or its Job is gone. */
    void interrupted() {
        RefreshRecord running = draft.lastRefresh;
        if (running == null) {
            return;
        } else if (running.job() == null) {
            interrupted(running, Failure.interrupted(), now);
            return;
        }
        var gone = new Failure(
                Reason.JOB_DELETED,
                "the Job was deleted during the run, or before its result was read: the server undid it, unless it"
                        + " had ended; request a refresh to run it again");
        end(Records.failed(running, gone, now));
        account.settle(running.request(), running.scheduledTime(), now);
        Conditions.failed(draft, gone, true, generation(), now);
    }

    private void interrupted(RefreshRecord running, Failure failure, Instant completionTime) {
        end(Records.failed(running, failure, completionTime));
        Conditions.failed(draft, failure, true, generation(), now);
    }

    /** A run has been under way for a while. */
    void underWay(Purpose purpose, Instant startTime) {
        if (!purpose.isCheck()) {
            draft.lastRefresh = Records.running(purpose, startTime);
            draft.lastRefreshStatus = Records.RUNNING;
        }
        if (!validated(purpose.generation())) {
            Conditions.validating(draft, purpose.generation(), now);
        }
    }

    /** A pod can't start: that is said before its Job is at its end, and taken back when it does start. */
    void obstacle(Progress.UnderWay run) {
        Purpose purpose = run.purpose();
        if (run.obstacle() != null) {
            Conditions.failed(draft, run.obstacle(), validated(purpose.generation()), purpose.generation(), now);
        } else if (purpose.job() != null && run.startTime() != null && Obstacle.shown(draft) != null) {
            if (validated(purpose.generation())) {
                valid(purpose.generation());
            } else {
                Conditions.validating(draft, purpose.generation(), now);
            }
        }
    }

    /** The results of those Jobs are in the status; null to leave the list as it is. */
    void recorded(@Nullable List<String> jobs) {
        if (jobs != null) {
            draft.recordedJobs = jobs;
        }
    }

    /**
     * A run has ended.
     *
     * @param givenUp whether its pod had not started, and would be another one now
     */
    void ended(Purpose purpose, Outcome outcome, boolean givenUp) {
        switch (outcome) {
            case Outcome.Checked(ViewFacts facts, List<ViewWarning> warnings) -> checked(purpose, facts, warnings);
            case Outcome.Creatable() -> {
                observed(purpose.generation());
                draft.view = ViewReport.MISSING;
                valid(purpose.generation());
            }
            // Which times were missed is for Account.deadline() to say, as for those that were late from the start.
            case Outcome.Missed(ViewFacts facts) -> checked(purpose, facts, warnings());
            case Outcome.Refreshed refreshed -> refreshed(purpose, refreshed);
            case Outcome.Unchanged unchanged -> unchanged(purpose, unchanged);
            case Outcome.Failed failed
            when failed.failure().failureClass() == FailureClass.INTERRUPTED && !purpose.isCheck() ->
                interrupted(Records.running(purpose, failed.startTime()), failed.failure(), failed.completionTime());
            case Outcome.Failed failed -> failed(purpose, Obstacle.behind(failed, draft), givenUp);
            case Outcome.Skipped skipped -> {
                switch (skipped.reason()) {
                    case COALESCED, UNCHANGED -> draft.passOver(Records.skipped(purpose, skipped));
                    case VIEW_MISSING -> awaited(purpose, skipped);
                }
            }
        }
    }

    private void checked(Purpose purpose, ViewFacts facts, List<ViewWarning> warnings) {
        observed(purpose.generation());
        view(facts, null, warnings);
        valid(purpose.generation());
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

    private void refreshed(Purpose purpose, Outcome.Refreshed refreshed) {
        RefreshResult result = refreshed.result();
        RefreshRecord record = continued(Records.succeeded(purpose, refreshed));
        observed(purpose.generation());
        draft.lastSuccessTime = refreshed.completionTime();
        end(record);
        view(refreshed.facts(), result, refreshed.warnings());
        draft.consecutiveFailures = 0L;
        account.settle(purpose.trigger(), refreshed.completionTime());
        Conditions.ready(
                draft,
                plan.spec().suspend() ? "Suspended" : Records.SUCCEEDED,
                "refreshed in " + record.duration() + Records.rows(result.rows())
                        + (record.message() == null ? "" : "; " + record.message()),
                purpose.generation(),
                now);
    }

    /** As fresh as after a refresh; when that was, the fingerprint knows. */
    private void unchanged(Purpose purpose, Outcome.Unchanged unchanged) {
        String message = "nothing that it depends on has changed since the refresh at "
                + unchanged.since().truncatedTo(ChronoUnit.SECONDS);
        observed(purpose.generation());
        view(unchanged.facts(), null, Warnings.afterSkip(warnings(), unchanged.warnings()));
        draft.lastSuccessTime = unchanged.startTime();
        end(continued(Records.unchanged(purpose, unchanged, message)));
        draft.consecutiveFailures = 0L;
        account.settle(purpose.trigger(), unchanged.completionTime());
        Conditions.ready(draft, Records.SKIPPED, message, purpose.generation(), now);
    }

    /** There is no view yet, and that is no failure; the run is made up when there is. */
    private void awaited(Purpose purpose, Outcome.Skipped skipped) {
        observed(purpose.generation());
        draft.view = ViewReport.MISSING;
        if (!purpose.isCheck()) {
            end(continued(Records.skipped(purpose, skipped)));
            account.settle(purpose.trigger(), skipped.completionTime());
        }
        String reason = skipped.reason().value();
        Conditions.ready(draft, reason, skipped.message(), purpose.generation(), now);
    }

    private void failed(Purpose purpose, Outcome.Failed failed, boolean givenUp) {
        Failure failure = failed.failure();
        boolean unreachable = failure.failureClass() == FailureClass.UNREACHABLE;
        if (failed.facts() != null) {
            view(failed.facts(), null, warnings());
        } else if (failure.reason() == Reason.VIEW_MISSING || failure.reason() == Reason.NOT_A_MATERIALIZED_VIEW) {
            draft.view = ViewReport.MISSING;
        }
        boolean decided = purpose.isCheck() ? failure.failureClass() == FailureClass.CANNOT_WORK : !unreachable;
        if (decided) {
            observed(purpose.generation());
        }
        if (!purpose.isCheck()) {
            RefreshRecord running = Records.running(purpose, failed.startTime());
            var retry = unreachable ? Retry.after(draft, running, plan.spec().retry(), !givenUp) : Retry.NONE;
            failure = retry.said(failure);
            end(continued(Records.failed(running, failed.because(failure))));
            draft.retries = retry.count();
            if (retry.over()) {
                account.giveUp(purpose.trigger());
            } else if (failure.failureClass() == FailureClass.CANNOT_WORK
                    && purpose.trigger() instanceof Trigger.Manual m) {
                account.handled(m.request());
            } else if (!unreachable && failure.failureClass() != FailureClass.CANNOT_WORK) {
                account.settle(purpose.trigger(), failed.completionTime());
            }
        }
        boolean undecided = purpose.isCheck()
                && failure.failureClass() != FailureClass.CANNOT_WORK
                && draft.isTrue(Conditions.STALLED);
        // A check that could not be made says nothing new about a resource that can't work.
        if (!undecided) {
            Conditions.failed(draft, failure, validated(purpose.generation()), purpose.generation(), now);
        }
    }

    /**
     * Says that no run is started on schedule any more after so many failures, or takes that back.
     *
     * @param underWay whether there is a run, which may have something to say itself
     */
    void suspension(long generation, boolean underWay) {
        if (Suspension.holds(draft, plan, generation)) {
            Suspension.show(draft, generation, underWay, now);
        } else if (Suspension.isShown(draft)) {
            valid(generation());
        }
    }

    /** A check went well: what remains is how the last run ended. */
    private void valid(long generation) {
        RefreshRecord last = draft.lastRefresh;
        Reason reason = last == null ? null : Reason.of(last.reason());
        if (last != null && Records.FAILED.equals(last.status()) && reason != null && last.message() != null) {
            String message = draft.leavesCauseOpen(last)
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
        draft.count(record);
        draft.lastRefresh = record;
        draft.lastRefreshStatus = record.status();
        draft.lastRefreshTime = record.completionTime();
        draft.nextRetryTime = null;
        draft.enter(record);
        draft.retries = null;
    }

    /** A Job that was made from an earlier generation takes nothing back. */
    private void observed(long generation) {
        draft.observedGeneration = Math.max(generation, generation());
    }

    private void view(ViewFacts facts, @Nullable RefreshResult result, List<ViewWarning> warnings) {
        ViewStatus before = draft.view;
        ViewStatus seen = ViewReport.of(before, plan, facts, result, warnings, draft.history());
        draft.view = seen;
        // What is known of one view's age says nothing of another's.
        boolean known = result != null || !ViewReport.isAnother(before, seen);
        draft.lastSuccessTime = known ? draft.lastSuccessTime : null;
    }

    /** Those that were found when it was last looked for them. */
    private List<ViewWarning> warnings() {
        return draft.view == null ? List.of() : draft.view.warnings();
    }

    private boolean validated(long generation) {
        return draft.observedGeneration != null && draft.observedGeneration == generation;
    }

    private long generation() {
        return draft.observedGeneration == null ? 0 : draft.observedGeneration;
    }
}
