package dev.matview.operator.cronjob;

import dev.matview.operator.refresh.SkipPolicy;
import dev.matview.operator.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * That a pod may skip its run when nothing has changed. A fingerprint that is out of date does no harm: it is not that of
 * the view any more, so that the pod refreshes.
 *
 * @param maxStaleness the longest time between two refreshes
 * @param schedules all of the resource's
 * @param fingerprint what was kept of the last run, or null when that did not go well
 */
public record PodSkip(
        Duration maxStaleness,
        List<String> schedules,
        @Nullable String fingerprint) {
    public PodSkip {
        schedules = List.copyOf(schedules);
    }

    SkipPolicy policy(String timeZone, Instant now) {
        // The run after this one must not come too late.
        Duration untilNext = Schedule.of(schedules, timeZone).untilNext(now);
        return new SkipPolicy(maxStaleness.minus(untilNext), fingerprint);
    }
}
