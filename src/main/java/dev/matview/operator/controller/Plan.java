package dev.matview.operator.controller;

import dev.matview.operator.api.Durations;
import dev.matview.operator.api.FreshnessSpec;
import dev.matview.operator.api.MaterializedViewRefreshSpec;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.api.SkipIfUnchangedSpec;
import dev.matview.operator.api.UpstreamPolicy;
import dev.matview.operator.api.ViewWarning;
import dev.matview.operator.postgres.DeclaredView;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.refresh.SkipPolicy;
import dev.matview.operator.refresh.Trigger;
import dev.matview.operator.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A spec as it is worked with: parsed, and checked in all that needs no database.
 *
 * @param deadline how late a scheduled run may start, or null for any time
 * @param gap the longest time between two scheduled times, when the promised freshness is not longer; else null
 * @param failure why nothing can be done with it, or null; its schedule is then empty
 */
record Plan(
        MaterializedViewRefreshSpec spec,
        Schedule schedule,
        @Nullable Duration deadline,
        @Nullable Duration gap,
        @Nullable Failure failure) {

    static Plan of(@Nullable MaterializedViewRefreshSpec spec) {
        if (spec == null) {
            String why = "the resource has no spec: say which database and view it is about";
            return unusable(MaterializedViewRefreshSpec.unreadable(why), new Failure(Reason.INVALID_SPEC, why));
        } else if (spec.unreadable() != null) {
            String message = spec.unreadable() + ": upgrade the operator, or change the value";
            return unusable(spec, new Failure(Reason.UNREADABLE_SPEC, message));
        }
        try {
            Long deadline = spec.startingDeadlineSeconds();
            Schedule schedule = Schedule.of(spec.schedules(), spec.timeZone());
            FreshnessSpec freshness = spec.freshness();
            return new Plan(
                    spec,
                    schedule,
                    deadline == null ? null : Duration.ofSeconds(deadline),
                    freshness == null
                            ? null
                            : schedule.longestGap(Durations.parse(freshness.maxAge()))
                                    .orElse(null),
                    null);
        } catch (IllegalArgumentException e) {
            return unusable(spec, new Failure(Reason.INVALID_SPEC, String.valueOf(e.getMessage())));
        }
    }

    private static Plan unusable(MaterializedViewRefreshSpec spec, Failure failure) {
        return new Plan(spec, Schedule.of(List.of(), "Etc/UTC"), null, null, failure);
    }

    /** The same, but nothing can be done with it. */
    Plan failing(Failure why) {
        return new Plan(spec, schedule, deadline, gap, why);
    }

    /** The same, but nothing can be done with it when it has a definition and none are allowed. */
    Plan within(boolean definitionsAllowed) {
        return failure != null || definitionsAllowed || spec.view().definition() == null
                ? this
                : failing(new Failure(
                        Reason.DEFINITIONS_NOT_ALLOWED,
                        "this operator allows no definitions, as who may write one runs SQL as the Secret's user: have"
                                + " them allowed (definitions.enabled of its chart, MATVIEW_DEFINITIONS), or remove"
                                + " spec.view.definition and create the view yourself"));
    }

    /** What is declared about the view. */
    DeclaredView view() {
        return DeclaredView.of(spec);
    }

    /** Up to when a run for that may start, or null for any time. */
    @Nullable
    Instant latestStart(Trigger trigger) {
        return deadline != null && trigger instanceof Trigger.Schedule(Instant scheduledTime)
                ? scheduledTime.plus(deadline)
                : null;
    }

    /** How a run that starts now, or at its later scheduled time, may be skipped, given the last one; null when it may not. */
    @Nullable
    SkipPolicy skipPolicy(Trigger trigger, @Nullable RefreshRecord last, Instant now) {
        SkipIfUnchangedSpec skip = spec.skipIfUnchanged();
        if (skip == null) {
            return null;
        }
        // The run after this one must not come too late.
        Instant start = trigger instanceof Trigger.Schedule(Instant time) && now.isBefore(time) ? time : now;
        Duration oldest = Durations.parse(skip.maxStaleness()).minus(schedule.untilNext(start));
        return new SkipPolicy(oldest, last == null ? null : last.fingerprint());
    }

    /** That the schedules alone can't keep the promised freshness, or null. */
    @Nullable
    ViewWarning freshnessWarning() {
        FreshnessSpec freshness = spec.freshness();
        return gap == null || freshness == null
                ? null
                : new ViewWarning(
                        ViewWarning.FRESHNESS_SHORTER_THAN_SCHEDULE,
                        "freshness.maxAge (" + freshness.maxAge() + ") is not longer than the longest time between two"
                                + " scheduled times (" + Durations.format(gap)
                                + "), so that the view is stale in between even when all goes well: raise maxAge, or"
                                + " add a schedule");
    }

    /** The schedules as the status shows them, and by which a change is found. */
    String scheduleText() {
        boolean follows = spec.upstreams() == UpstreamPolicy.FOLLOW;
        if (spec.schedules().isEmpty()) {
            return follows ? "after upstreams" : "on demand";
        }
        String expressions = String.join("; ", spec.schedules()) + (follows ? "; after upstreams" : "");
        return spec.timeZone().equals("Etc/UTC") ? expressions : expressions + " (" + spec.timeZone() + ")";
    }
}
