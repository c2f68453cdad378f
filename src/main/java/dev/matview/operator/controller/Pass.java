package dev.matview.operator.controller;

import dev.matview.operator.api.FailureClass;
import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Runs;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One look at a resource: what its status becomes, and what is next for it. Pure: nothing is written or started here, so
 * that a pass whose status could not be written is simply made again.
 */
final class Pass {
    /** A pod that has not started is looked at this often: that it does not may be all there is to see. */
    private static final Duration PENDING_POD = Duration.ofSeconds(30);

    private final Plan plan;
    private final Precedence precedence;
    private final MaterializedViewRefreshStatus status;
    private final NextStep next;
    private final Gate gate;
    private final Instant now;
    private final @Nullable Instant lapse;

    /**
     * @param plan of the resource
     * @param before the status as it was last written
     * @param progress of the run that is under way or has ended, or null
     * @param precedence what comes before its runs
     * @param objection why the view must be left alone, or null
     * @param usual pacing of resources that declare none
     */
    Pass(
            MaterializedViewRefresh resource,
            Plan plan,
            MaterializedViewRefreshStatus before,
            @Nullable Progress progress,
            @Nullable Failure objection,
            Delegation delegation,
            Precedence precedence,
            Gate gateBefore,
            Pacing usual,
            Instant now) {
        long generation = resource.getMetadata().getGeneration();
        this.plan = plan;
        this.precedence = precedence;
        this.now = now;
        Pacing pacing = usual.declared(plan.spec().retry());
        var draft = new StatusDraft(before);
        var account = new Account(draft, plan, delegation, now);
        var update = new StatusUpdate(draft, plan, account, now);
        String token = RelevantChange.request(resource);
        Gate known = pacing.plausible(gateBefore, now);
        Gate after = known;
        NextStep step = null;
        boolean suspended = Suspension.holds(draft, plan, generation);
        Suspension.begin(draft, plan, generation);
        account.schedules(Instant.parse(resource.getMetadata().getCreationTimestamp()));
        switch (progress) {
            case null -> {
                if (Records.RUNNING.equals(before.lastRefreshStatus())) {
                    update.interrupted();
                    after = pacing.afterInterruption(generation, token, draft.interruptions(), now);
                }
            }
            case Progress.UnderWay run -> {
                Instant start = run.startTime() == null ? now : run.startTime();
                Instant shown = start.plus(Runs.LONG);
                if (!now.isBefore(shown)) {
                    update.underWay(run.purpose(), start);
                }
                update.obstacle(run);
                step = new NextStep.Wait(again(run, shown));
            }
            case Progress.Ended run -> {
                update.ended(run.purpose(), precedence.remarked(run.outcome()), run.givenUp());
                update.recorded(run.recordedJobs());
                boolean interrupted = !run.purpose().isCheck()
                        && run.outcome() instanceof Outcome.Failed failed
                        && failed.failure().failureClass() == FailureClass.INTERRUPTED;
                if (interrupted) {
                    after = pacing.afterInterruption(generation, token, draft.interruptions(), now);
                } else {
                    boolean open = run.givenUp() || Retry.isOver(draft, run.purpose(), run.outcome());
                    after = open ? Gate.OPEN : pacing.after(known, run.purpose(), run.outcome(), now);
                }
                step = run.more() ? new NextStep.Wait(now) : null;
            }
        }
        draft.view = precedence.shown(draft.view, progress instanceof Progress.Ended run && settles(run, draft));
        if (step == null && plan.failure() == null) {
            // What is left behind has failed for good, and counts for a suspension.
            account.deadline(generation);
        }
        update.suspension(generation, progress instanceof Progress.UnderWay);
        if (delegation.toJobs() && suspended != Suspension.holds(draft, plan, generation)) {
            step = new NextStep.Wait(now);
        }
        String pending = Objects.equals(token, draft.lastHandledRefreshRequest) ? null : token;
        if (step == null) {
            step = decide(draft, update, generation, pending, objection, delegation, after, now);
        }
        lapse = Freshness.judge(draft, plan.spec(), generation, now);
        // While a run is under way, or begins, the next time alone is no reason to write: its end will be one.
        boolean busy = !(step instanceof NextStep.Wait) || progress instanceof Progress.UnderWay;
        if (!busy || !draft.build().equals(before)) {
            Upcoming.show(draft, plan, after, now);
        }
        status = draft.build();
        next = step;
        gate = after;
    }

    private NextStep decide(
            StatusDraft draft,
            StatusUpdate update,
            long generation,
            @Nullable String pending,
            @Nullable Failure objection,
            Delegation delegation,
            Gate gate,
            Instant now) {
        if (plan.failure() != null) {
            update.refused(plan.failure(), generation, pending);
            return new NextStep.Wait(null);
        }
        boolean validated = draft.observedGeneration != null && draft.observedGeneration == generation;
        if (objection != null && validated) {
            update.refused(objection, generation, null);
        }
        NextStep step = NextStep.of(plan, draft, generation, pending, objection != null, delegation, gate, now);
        boolean free = validated
                && objection == null
                && !gate.closed(now)
                && !plan.spec().suspend()
                && !draft.isTrue(Conditions.STALLED);
        return precedence.ordered(step, free, draft.view);
    }

    /** Of a run in this process there is news when it is to be shown, and when it has ended. */
    private @Nullable Instant again(Progress.UnderWay run, Instant shown) {
        boolean inPod = run.purpose().job() != null;
        if (run.startTime() == null) {
            return inPod ? now.plus(PENDING_POD) : null;
        }
        return now.isBefore(shown) ? shown : null;
    }

    /** Whether the run that has ended is the answer to its cause. */
    private static boolean settles(Progress.Ended run, StatusDraft draft) {
        RefreshRecord last = draft.lastRefresh;
        return !run.purpose().isCheck()
                && last != null
                && !draft.leavesCauseOpen(last)
                && !Reason.INTERRUPTED.value().equals(last.reason());
    }

    Plan plan() {
        return plan;
    }

    MaterializedViewRefreshStatus status() {
        return status;
    }

    NextStep next() {
        return next;
    }

    /** Whether it matters to a run how other resources stand when it begins. */
    boolean isOrdered() {
        return precedence.hasManagedUpstreams(status.view());
    }

    /** The pause, but not longer than until the view is no longer as fresh as promised. */
    Duration atMost(Duration pause) {
        Duration left = lapse == null ? pause : Duration.between(now, lapse).plusMillis(1);
        return left.compareTo(pause) < 0 ? left : pause;
    }

    /** When what did not work may be tried again. */
    Gate gate() {
        return gate;
    }
}
