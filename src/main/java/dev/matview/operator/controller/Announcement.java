package dev.matview.operator.controller;

import dev.matview.operator.api.Condition;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.api.ViewWarning;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Something that a person would want to see in {@code kubectl describe}.
 *
 * @param type Normal or Warning
 * @param ofRun whether it says how a run ended
 */
record Announcement(String type, String reason, String message, boolean ofRun) {
    static final String NORMAL = "Normal";
    static final String WARNING = "Warning";

    Announcement(String type, String reason, String message) {
        this(type, reason, message, false);
    }

    /** What there is to say about the way from one status to the next. */
    static List<Announcement> between(MaterializedViewRefreshStatus before, MaterializedViewRefreshStatus after) {
        var announcements = new ArrayList<Announcement>();
        RefreshRecord run = newRun(before, after);
        if (run != null) {
            announcements.add(ended(run));
        }
        Condition was = before.condition(Conditions.READY);
        Condition is = after.condition(Conditions.READY);
        boolean saidByRun = run != null && is != null && Objects.equals(run.reason(), is.reason());
        if (is != null && !saidByRun && changed(was, is)) {
            if (is.status().equals("False")) {
                announcements.add(new Announcement(WARNING, is.reason(), is.message()));
            } else if (is.status().equals("True") && run == null) {
                announcements.add(new Announcement(NORMAL, is.reason(), is.message()));
            }
        }
        Condition fresh = after.condition(Freshness.FRESH);
        if (fresh != null && changed(before.condition(Freshness.FRESH), fresh)) {
            freshness(before.condition(Freshness.FRESH), fresh).ifPresent(announcements::add);
        }
        long missed = count(after.missedSchedules()) - count(before.missedSchedules());
        if (missed > 0) {
            announcements.add(new Announcement(
                    WARNING,
                    "MissedSchedules",
                    missed + (missed == 1 ? " scheduled time has" : " scheduled times have")
                            + " passed without a run: the operator was down, the resource suspended, the deadline"
                            + " over, or another run under way"));
        }
        List<String> failedHooks = failedHooks(before, after);
        if (!failedHooks.isEmpty()) {
            announcements.add(new Announcement(WARNING, "HookFailed", String.join("; ", failedHooks)));
        }
        List<ViewWarning> known = warnings(before);
        warnings(after).stream()
                .filter(warning -> !known.contains(warning))
                .forEach(warning -> announcements.add(new Announcement(WARNING, warning.reason(), warning.message())));
        return announcements;
    }

    /** That it has lapsed, or is kept again; what is not known is no news. */
    private static Optional<Announcement> freshness(@Nullable Condition was, Condition is) {
        return switch (is.status()) {
            case "False" -> Optional.of(new Announcement(WARNING, is.reason(), is.message()));
            case "True" ->
                was != null && was.status().equals("False")
                        ? Optional.of(new Announcement(NORMAL, is.reason(), is.message()))
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static @Nullable RefreshRecord newRun(
            MaterializedViewRefreshStatus before, MaterializedViewRefreshStatus after) {
        RefreshRecord newest =
                after.history().isEmpty() ? null : after.history().getFirst();
        RefreshRecord previous =
                before.history().isEmpty() ? null : before.history().getFirst();
        if (newest == null) {
            return null;
        }
        boolean another = previous == null
                || !previous.sameCauseAs(newest)
                // Tries for one cause are one run, which began with the first.
                || !previous.startTime().equals(newest.startTime())
                || !Objects.equals(previous.reason(), newest.reason())
                || (before.retries() != null && after.retries() == null);
        return another ? newest : null;
    }

    private static Announcement ended(RefreshRecord run) {
        if (run.reason() != null && run.message() != null) {
            String type = run.status().equals(Records.SKIPPED) ? NORMAL : WARNING;
            return new Announcement(type, run.reason(), run.message(), true);
        }
        return new Announcement(
                NORMAL,
                "Refreshed",
                run.trigger() + ": refreshed in " + run.duration() + " (" + run.mode() + Records.rows(run.rows()) + ")"
                        + (run.message() == null ? "" : "; " + run.message()),
                true);
    }

    private static List<String> failedHooks(MaterializedViewRefreshStatus before, MaterializedViewRefreshStatus after) {
        return after.history().stream()
                .flatMap(run -> HookReport.sentences(run).stream().filter(sentence -> before.history().stream()
                        .filter(known -> known.startTime().equals(run.startTime()))
                        .noneMatch(known -> HookReport.sentences(known).contains(sentence))))
                .toList();
    }

    private static List<ViewWarning> warnings(MaterializedViewRefreshStatus status) {
        return status.view() == null ? List.of() : status.view().warnings();
    }

    private static boolean changed(@Nullable Condition was, Condition is) {
        return was == null || !was.status().equals(is.status()) || !was.reason().equals(is.reason());
    }

    private static long count(@Nullable Long value) {
        return value == null ? 0 : value;
    }
}
