package dev.matview.operator.cronjob;

import dev.matview.operator.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Several schedules are several CronJobs, whose times may coincide. Which of their pods refreshes then is known to each
 * without asking anybody: that of the schedule which the resource names first.
 *
 * @param job the name of the Job that the pod belongs to, or null when it is not known
 */
record Coalescing(PodRequest request, @Nullable String job) {

    /** The scheduled time that another Job answers, or null when this one is to refresh. */
    @Nullable
    Instant answeredElsewhere() {
        Instant scheduledTime = ScheduledJobName.scheduledTime(request.cronJob(), job);
        if (scheduledTime == null || request.earlierSchedules().isEmpty()) {
            return null;
        }
        Instant next = Schedule.of(request.earlierSchedules(), request.timeZone())
                .next(scheduledTime.minus(Duration.ofSeconds(1)))
                .orElse(null);
        return scheduledTime.equals(next) ? scheduledTime : null;
    }
}
