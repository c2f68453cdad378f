package dev.matview.operator.cronjob;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The names that the CronJob controller gives to its Jobs: the CronJob's, a hyphen, and the scheduled time in minutes
 * since 1970, so that it never makes two for one time.
 */
final class ScheduledJobName {
    private ScheduledJobName() {}

    /** The scheduled time in that name, or null for the name of a Job that the controller did not make. */
    static @Nullable Instant scheduledTime(String cronJob, @Nullable String job) {
        if (job == null || !job.startsWith(cronJob + "-")) {
            return null;
        }
        String minutes = job.substring(cronJob.length() + 1);
        return minutes.matches("[0-9]{1,9}") ? Instant.EPOCH.plus(Duration.ofMinutes(Long.parseLong(minutes))) : null;
    }
}
