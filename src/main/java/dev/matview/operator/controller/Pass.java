package dev.matview.operator.controller;

import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.postgres.Failure;
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
    /** A run that takes longer is shown while it is under way. */
    static final Duration LONG_RUN = Duration.ofSeconds(2);

    private final Plan plan;
    private final MaterializedViewRefreshStatus status;
    private final NextStep next;
    private final Gate gate;

    /**
     * @param before the status as it was last written
     * @param state the run that is under way or has ended, or null
     * @param objection why the view must be left alone, or null
     */
    Pass(
            MaterializedViewRefresh resource,
            MaterializedViewRefreshStatus before,
            Runs.@Nullable State<ResourceKey> state,
            @Nullable Failure objection,
            Gate gateBefore,
            Pacing pacing,
            Instant now) {
        long generation = resource.getMetadata().getGeneration();
        plan = Plan.of(resource.getSpec());
        var draft = new StatusDraft(before);
        var update = new StatusUpdate(draft, plan, now);
        String token = RelevantChange.request(resource);
        Gate after = gateBefore;
        NextStep step = null;
        update.schedules(Instant.parse(resource.getMetadata().getCreationTimestamp()));
        switch (state) {
            case null -> {
                if (Records.RUNNING.equals(before.lastRefreshStatus())) {
                    update.interrupted();
                    after = pacing.afterInterruption(generation, token, draft.consecutiveFailures, now);
                }
            }
            case Runs.State.UnderWay<ResourceKey> run -> {
                Instant start = run.startTime() == null ? now : run.startTime();
                Instant shown = start.plus(LONG_RUN);
                if (!now.isBefore(shown)) {
                    update.underWay(run.request(), start);
                }
                step = new NextStep.Wait(now.isBefore(shown) ? shown : null);
            }
            case Runs.State.Ended<ResourceKey> run -> {
                update.ended(run.request(), run.outcome());
                after = pacing.after(gateBefore, run.request(), run.outcome(), now);
            }
        }
        String pending = Objects.equals(token, draft.lastHandledRefreshRequest) ? null : token;
        if (step == null) {
            step = decide(draft, update, generation, pending, objection, after, now);
        }
        // While a run is under way, or begins, the next time alone is no reason to write: its end will be one.
        boolean busy = step instanceof NextStep.Start || state instanceof Runs.State.UnderWay;
        if (!busy || !draft.build().equals(before)) {
            update.times(after);
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
            Gate gate,
            Instant now) {
        if (plan.failure() != null) {
            update.refused(plan.failure(), generation, pending);
            return new NextStep.Wait(null);
        }
        update.deadline();
        boolean validated = draft.observedGeneration != null && draft.observedGeneration == generation;
        if (objection != null && validated) {
            update.refused(objection, generation, null);
        }
        return NextStep.of(plan, draft, generation, pending, objection != null, gate, now);
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

    /** When what did not work may be tried again. */
    Gate gate() {
        return gate;
    }
}
