package dev.matview.operator.it;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;

/** Schedules by what they are at the moment. */
final class Schedules {
    private Schedules() {}

    /** An hourly schedule that was last due half an hour ago. */
    static String hourlySinceHalfAnHour() {
        return Instant.now()
                        .minus(Duration.ofMinutes(30))
                        .atZone(ZoneOffset.UTC)
                        .getMinute() + " * * * *";
    }
}
