package dev.matview.operator.controller;

import io.prometheus.client.Collector;
import java.util.List;

/**
 * Every metric of the operator's own, by the conventions of Prometheus for names and units: base units, {@code _total}
 * for what only grows. Names, types and labels are part of the API: rules and dashboards are written against them.
 */
enum Metric {
    READY(
            "matview_ready",
            Collector.Type.GAUGE,
            "1 when the resource is valid and its last run did not fail, else 0.",
            Of.RESOURCE),
    STALLED(
            "matview_stalled",
            Collector.Type.GAUGE,
            "1 when nothing will happen until somebody changes something, else 0.",
            Of.RESOURCE),
    FRESH(
            "matview_fresh",
            Collector.Type.GAUGE,
            "1 when the view is as fresh as the resource promises, else 0; absent without such a promise.",
            Of.RESOURCE),
    SUSPENDED(
            "matview_suspended",
            Collector.Type.GAUGE,
            "1 when runs on schedule are suspended, by the spec or by failures, else 0.",
            Of.RESOURCE),
    LAST_SUCCESS(
            "matview_last_success_timestamp_seconds",
            Collector.Type.GAUGE,
            "How old the view's content is at most, in seconds since 1970; absent before the first success.",
            Of.RESOURCE),
    NEXT_REFRESH(
            "matview_next_refresh_timestamp_seconds",
            Collector.Type.GAUGE,
            "The next scheduled time, in seconds since 1970; absent while none is to come.",
            Of.RESOURCE),
    LAST_DURATION(
            "matview_last_refresh_duration_seconds",
            Collector.Type.GAUGE,
            "How long the last run took, from the start of its first attempt to its end.",
            Of.RESOURCE),
    ROWS(
            "matview_rows",
            Collector.Type.GAUGE,
            "The server's own estimate of the view's rows; absent before it has one.",
            Of.RESOURCE),
    SIZE("matview_size_bytes", Collector.Type.GAUGE, "The view's size on disk with indexes and TOAST.", Of.RESOURCE),
    CONSECUTIVE_FAILURES(
            "matview_consecutive_failures", Collector.Type.GAUGE, "How many runs in a row have failed.", Of.RESOURCE),
    MISSED_SCHEDULES(
            "matview_missed_schedules_total",
            Collector.Type.COUNTER,
            "Scheduled times that had no run of their own; kept in the status, so that a restart does not reset it.",
            Of.RESOURCE),
    REFRESHES(
            "matview_refreshes_total",
            Collector.Type.COUNTER,
            "Runs that ended, by outcome (Succeeded, Skipped, Failed) and by the reason that the status gives.",
            List.of("namespace", "name", "outcome", "reason")),
    RETRIES(
            "matview_refresh_retries_total",
            Collector.Type.COUNTER,
            "Attempts beyond the first for one cause: the view was in use, or the database away.",
            Of.RESOURCE),
    LOCK_WAIT(
            "matview_refresh_lock_wait_seconds_total",
            Collector.Type.COUNTER,
            "Time that runs have spent waiting for other users of the view.",
            Of.RESOURCE),
    DURATION(
            "matview_refresh_duration_seconds",
            Collector.Type.HISTOGRAM,
            "Refreshes that succeeded, from the connection in hand to the commit, by the mode that was used.",
            List.of("mode")),
    RUNS_QUEUED(
            "matview_runs_queued",
            Collector.Type.GAUGE,
            "Runs in this process that are due and wait: for a connection, another refresh, or their turn.",
            Of.DATABASE),
    RUNS_RUNNING(
            "matview_runs_running", Collector.Type.GAUGE, "Runs in this process whose turn has come.", Of.DATABASE),
    CONNECTIONS_ACTIVE(
            "matview_pool_connections_active",
            Collector.Type.GAUGE,
            "Connections to the database that are in use.",
            Of.DATABASE),
    CONNECTIONS_IDLE(
            "matview_pool_connections_idle",
            Collector.Type.GAUGE,
            "Connections to the database that are open and not in use.",
            Of.DATABASE),
    CONNECTIONS_PENDING(
            "matview_pool_pending",
            Collector.Type.GAUGE,
            "Runs and checks that wait for a connection to be free.",
            Of.DATABASE),
    RECONCILE_ERRORS(
            "matview_reconcile_errors_total",
            Collector.Type.COUNTER,
            "Looks at a resource that ended early, because the API server was away or refused something, or by an error"
                    + " of the operator.",
            List.of()),
    LEADER(
            "matview_leader",
            Collector.Type.GAUGE,
            "1 when this process serves the resources, 0 while it stands by.",
            List.of());

    private final String metricName;
    private final Collector.Type type;
    private final String help;

    @SuppressWarnings("ImmutableEnumChecker") // the lists are
    private final List<String> labels;

    Metric(String metricName, Collector.Type type, String help, List<String> labels) {
        this.metricName = metricName;
        this.type = type;
        this.help = help;
        this.labels = labels;
    }

    /** As Prometheus knows it; a histogram's series end in {@code _bucket}, {@code _sum} and {@code _count} besides. */
    String metricName() {
        return metricName;
    }

    Collector.Type type() {
        return type;
    }

    String help() {
        return help;
    }

    /** Without a histogram's own {@code le}. */
    List<String> labels() {
        return labels;
    }

    /** What a series is about. */
    private static final class Of {
        private static final List<String> RESOURCE = List.of("namespace", "name");
        private static final List<String> DATABASE = List.of("database");
    }
}
