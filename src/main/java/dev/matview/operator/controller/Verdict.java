package dev.matview.operator.controller;

import dev.matview.operator.api.Condition;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.refresh.Trigger;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Why a run was due or was not, in words for the log.
 *
 * @param busy whether there was a run of the resource in this process when it was looked at
 */
record Verdict(Pass pass, boolean busy, Instant now) {
    @Override
    public String toString() {
        return switch (pass.next()) {
            case NextStep.Start(Trigger trigger) -> cause(trigger);
            case NextStep.Delegated _ -> "due: a scheduled time has come, and its CronJob starts the run";
            case NextStep.Held(Instant until) ->
                "due, but held until the views that it reads have been refreshed, at most until " + until;
            case NextStep.Wait(Instant until) -> "not due: " + obstacle(until);
        };
    }

    private static String cause(Trigger trigger) {
        return switch (trigger) {
            case Trigger.Schedule(Instant time) -> "due: the scheduled time " + time + " has come, and has no run yet";
            case Trigger.Manual(String token) -> "due: a refresh is requested by the token " + token;
            case Trigger.Upstream _ -> "due: a view that it reads has been refreshed";
            case Trigger.Immediate _ -> "due: it is to run at once, and has not yet";
            case Trigger.Unpopulated _ -> "due: the view holds no data";
            case Trigger.Check _ -> "not due, but to be checked: it was changed, or is looked at again";
        };
    }

    private String obstacle(@Nullable Instant until) {
        MaterializedViewRefreshStatus status = pass.status();
        Condition stalled = status.condition(Conditions.STALLED);
        if (busy || Records.RUNNING.equals(status.lastRefreshStatus())) {
            return "a run or a check is under way, or has just ended";
        } else if (stalled != null) {
            return "stalled, " + stalled.reason() + again(until);
        } else if (pass.gate().closed(now)) {
            return "the last try failed, or there is no view yet" + again(until);
        } else if (pass.plan().spec().suspend()) {
            return "suspended";
        }
        return until == null ? "no scheduled time is to come" : "the next scheduled time is " + until;
    }

    private static String again(@Nullable Instant until) {
        return until == null ? "" : "; again at " + until;
    }
}
