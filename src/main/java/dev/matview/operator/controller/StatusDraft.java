package dev.matview.operator.controller;

import dev.matview.operator.api.Condition;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.api.ViewStatus;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A status on its way to the next one: starts as a copy, is changed in place by one thread, and becomes a value again. */
final class StatusDraft {
    private static final int HISTORY = 10;

    @Nullable
    Long observedGeneration;

    @Nullable
    String lastRefreshStatus;

    @Nullable
    Instant lastRefreshTime;

    @Nullable
    Instant lastSuccessTime;

    @Nullable
    Instant lastScheduleTime;

    @Nullable
    Instant nextRefreshTime;

    @Nullable
    Instant nextRetryTime;

    @Nullable
    Long retries;

    @Nullable
    Long missedSchedules;

    @Nullable
    Long consecutiveFailures;

    @Nullable
    String lastHandledRefreshRequest;

    @Nullable
    String schedule;

    @Nullable
    Instant scheduleSince;

    @Nullable
    RefreshRecord lastRefresh;

    List<String> recordedJobs;

    @Nullable
    ViewStatus view;

    private final List<RefreshRecord> history;
    private final List<Condition> conditions;

    StatusDraft(MaterializedViewRefreshStatus from) {
        observedGeneration = from.observedGeneration();
        lastRefreshStatus = from.lastRefreshStatus();
        lastRefreshTime = from.lastRefreshTime();
        lastSuccessTime = from.lastSuccessTime();
        lastScheduleTime = from.lastScheduleTime();
        nextRefreshTime = from.nextRefreshTime();
        nextRetryTime = from.nextRetryTime();
        retries = from.retries();
        missedSchedules = from.missedSchedules();
        consecutiveFailures = from.consecutiveFailures();
        lastHandledRefreshRequest = from.lastHandledRefreshRequest();
        schedule = from.schedule();
        scheduleSince = from.scheduleSince();
        lastRefresh = from.lastRefresh();
        recordedJobs = from.recordedJobs();
        view = from.view();
        history = new ArrayList<>(from.history());
        conditions = new ArrayList<>(from.conditions());
    }

    MaterializedViewRefreshStatus build() {
        return new MaterializedViewRefreshStatus(
                observedGeneration,
                lastRefreshStatus,
                lastRefreshTime,
                lastSuccessTime,
                lastScheduleTime,
                nextRefreshTime,
                nextRetryTime,
                retries,
                missedSchedules,
                consecutiveFailures,
                lastHandledRefreshRequest,
                schedule,
                scheduleSince,
                lastRefresh,
                recordedJobs,
                view,
                history,
                conditions);
    }

    /** The time up to which scheduled times have been dealt with; null before the schedules came into force. */
    @Nullable
    Instant anchor() {
        if (scheduleSince == null || lastScheduleTime == null) {
            return scheduleSince;
        }
        return lastScheduleTime.isAfter(scheduleSince) ? lastScheduleTime : scheduleSince;
    }

    @Nullable
    Condition condition(String type) {
        return conditions.stream()
                .filter(c -> c.type().equals(type))
                .findFirst()
                .orElse(null);
    }

    boolean isTrue(String type) {
        Condition condition = condition(type);
        return condition != null && condition.status().equals("True");
    }

    /** Sets a condition; its transition time moves only with its status. */
    void set(String type, String status, String reason, String message, @Nullable Long generation, Instant now) {
        Condition before = condition(type);
        Instant since = before != null && before.status().equals(status)
                ? before.lastTransitionTime()
                : now.truncatedTo(ChronoUnit.SECONDS);
        var condition = new Condition(type, status, generation, since, reason, message);
        if (before == null) {
            conditions.add(condition);
        } else {
            conditions.set(conditions.indexOf(before), condition);
        }
    }

    void remove(String type) {
        conditions.removeIf(c -> c.type().equals(type));
    }

    /** The try before for the same cause as that run, when it left the cause open; else null. */
    @Nullable
    RefreshRecord openTry(RefreshRecord run) {
        RefreshRecord last = history.isEmpty() ? null : history.getFirst();
        return last != null && last.sameCauseAs(run) && leavesCauseOpen(last) ? last : null;
    }

    /** Enters a run that was left out: the one that answers its cause is the last, also when this one is known later. */
    void passOver(RefreshRecord skipped) {
        enter(skipped);
        boolean shown = lastRefresh != null
                && Records.RUNNING.equals(lastRefresh.status())
                && Objects.equals(lastRefresh.job(), skipped.job());
        if (shown) {
            lastRefresh = lastEnded();
            lastRefreshStatus = lastRefresh == null ? null : lastRefresh.status();
        }
    }

    /** Whether a run for that scheduled time has ended and left it open. */
    boolean leftOpen(Instant scheduledTime) {
        return history.stream()
                .filter(run -> scheduledTime.equals(run.scheduledTime()) && !Records.isCoalesced(run))
                .findFirst()
                .filter(run ->
                        leavesCauseOpen(run) || Reason.INTERRUPTED.value().equals(run.reason()))
                .isPresent();
    }

    /** Whether a run that ended so will be tried again for the same cause. */
    boolean leavesCauseOpen(RefreshRecord ended) {
        Reason reason = Reason.of(ended.reason());
        return reason != null
                && switch (reason.failureClass()) {
                    case CANNOT_WORK -> true;
                    case UNREACHABLE -> retries != null || !isAnswered(ended);
                    case BUSY, DATA, LIMITS, INTERRUPTED -> false;
                };
    }

    private boolean isAnswered(RefreshRecord run) {
        Instant time = run.scheduledTime();
        return run.request() == null
                ? time != null && lastScheduleTime != null && !lastScheduleTime.isBefore(time)
                : run.request().equals(lastHandledRefreshRequest);
    }

    /** The last run that has ended, and was not left to another; null for none. */
    @Nullable
    RefreshRecord lastEnded() {
        return history.stream()
                .filter(run -> !Records.isCoalesced(run))
                .findFirst()
                .orElse(null);
    }

    /** How many runs in a row the end of the operator has interrupted, the last one included. */
    int interruptions() {
        return (int) history.stream()
                .takeWhile(run -> Reason.INTERRUPTED.value().equals(run.reason()))
                .count();
    }

    /** Adds what hooks have to say of a run, where that is still shown. */
    void remark(HookReport report) {
        if (lastRefresh != null) {
            lastRefresh = report.on(lastRefresh);
        }
        history.replaceAll(report::on);
    }

    /** The last runs, newest first. */
    List<RefreshRecord> history() {
        return List.copyOf(history);
    }

    /** Counts a run that ended, if it failed, before it is entered. */
    void count(RefreshRecord ended) {
        boolean failed = Records.FAILED.equals(ended.status())
                && !Reason.INTERRUPTED.value().equals(ended.reason());
        // A try before for the same cause is counted already, and this one takes its place.
        RefreshRecord before = openTry(ended);
        boolean counted = before != null && Records.FAILED.equals(before.status());
        if (failed != counted) {
            long failures = consecutiveFailures == null ? 0 : consecutiveFailures;
            consecutiveFailures = Math.max(0, failures + (failed ? 1 : -1));
        }
    }

    /** Enters a run that ended into the history, where it takes the place of the try before for the same cause. */
    void enter(RefreshRecord ended) {
        if (openTry(ended) != null) {
            history.removeFirst();
        }
        history.addFirst(ended.withoutFingerprint());
        if (history.size() > HISTORY) {
            history.removeLast();
        }
    }
}
