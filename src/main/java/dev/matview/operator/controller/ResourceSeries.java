package dev.matview.operator.controller;

import dev.matview.operator.api.Condition;
import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the status of one resource says, as samples: a restarted operator knows it all at once. */
final class ResourceSeries {
    private static final String FRESH = "Fresh";

    private ResourceSeries() {}

    static List<String> labels(MaterializedViewRefresh resource) {
        return List.of(
                resource.getMetadata().getNamespace(), resource.getMetadata().getName());
    }

    static void add(MaterializedViewRefresh resource, MaterializedViewRefreshStatus status, Families to) {
        List<String> labels = labels(resource);
        to.add(Metric.READY, labels, isTrue(status.condition(Conditions.READY)));
        to.add(Metric.STALLED, labels, isTrue(status.condition(Conditions.STALLED)));
        Condition fresh = status.condition(FRESH);
        if (fresh != null && !fresh.status().equals("Unknown")) {
            to.add(Metric.FRESH, labels, isTrue(fresh));
        }
        to.add(Metric.SUSPENDED, labels, isSuspended(resource, status));
        to.add(Metric.LAST_SUCCESS, labels, seconds(status.lastSuccessTime()));
        to.add(Metric.NEXT_REFRESH, labels, seconds(status.nextRefreshTime()));
        to.add(Metric.LAST_DURATION, labels, duration(status.lastRefresh()));
        if (status.view() != null) {
            to.add(Metric.ROWS, labels, status.view().rows());
            to.add(Metric.SIZE, labels, status.view().sizeBytes());
        }
        to.add(Metric.CONSECUTIVE_FAILURES, labels, orZero(status.consecutiveFailures()));
        to.add(Metric.MISSED_SCHEDULES, labels, orZero(status.missedSchedules()));
    }

    /** By its spec, or as too many runs in a row have failed. */
    private static boolean isSuspended(MaterializedViewRefresh resource, MaterializedViewRefreshStatus status) {
        Condition stalled = status.condition(Conditions.STALLED);
        boolean byFailures = stalled != null && stalled.reason().equals(Reason.SUSPENDED_BY_FAILURES.value());
        return byFailures || (resource.getSpec() != null && resource.getSpec().suspend());
    }

    private static boolean isTrue(@Nullable Condition condition) {
        return condition != null && condition.status().equals("True");
    }

    private static @Nullable Number seconds(@Nullable Instant time) {
        return time == null ? null : time.toEpochMilli() / 1_000.0;
    }

    /** Null while it is under way. */
    private static @Nullable Number duration(@Nullable RefreshRecord run) {
        Instant end = run == null ? null : run.completionTime();
        return run == null || end == null
                ? null
                : Duration.between(run.startTime(), end).toMillis() / 1_000.0;
    }

    private static double orZero(@Nullable Long count) {
        return count == null ? 0 : count;
    }
}
