package dev.matview.operator.controller;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Who starts a resource's runs: the operator, or the CronJob controller for scheduled times.
 *
 * @param toJobs whether runs take place in Jobs
 * @param since later scheduled times than this are the CronJob controller's; null for none
 * @param draining whether CronJobs that are no longer wanted are there yet, so that nothing else is started
 */
record Delegation(boolean toJobs, @Nullable Instant since, boolean draining) {
    static final Delegation NONE = new Delegation(false, null, false);

    /** The same when the operator itself starts the runs for scheduled times. */
    Delegation unscheduled() {
        return new Delegation(toJobs, null, draining);
    }

    /** Whether the CronJob controller starts a run for that scheduled time. */
    boolean covers(Instant scheduledTime) {
        return toJobs && since != null && scheduledTime.isAfter(since);
    }
}
