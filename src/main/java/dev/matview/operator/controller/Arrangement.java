package dev.matview.operator.controller;

import dev.matview.operator.api.Reason;
import dev.matview.operator.postgres.Failure;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a resource's CronJobs stand.
 *
 * @param failure why they can't be as declared, or null
 * @param announcements what was done that somebody wants to know
 * @param pause when to look again at the latest; null for no need to
 */
record Arrangement(
        Delegation delegation,
        @Nullable Failure failure,
        List<Announcement> announcements,
        @Nullable Duration pause) {
    static final Arrangement NONE = new Arrangement(Delegation.NONE, null, List.of(), null);

    static final Arrangement DISABLED = new Arrangement(
            new Delegation(true, null, false),
            new Failure(
                    Reason.CRON_JOBS_DISABLED,
                    "this operator keeps no CronJobs: set spec.execution to InOperator, or have its admin switch them on"
                            + " (cronJobs.enabled of the chart, which sets MATVIEW_CRONJOBS_POD_TEMPLATE)"),
            List.of(),
            null);

    /** Not longer than wanted here. */
    Duration atMost(Duration other) {
        return pause == null || other.compareTo(pause) < 0 ? other : pause;
    }
}
