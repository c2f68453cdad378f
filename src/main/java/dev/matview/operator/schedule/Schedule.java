package dev.matview.operator.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * When a view is refreshed: at the times of all its cron expressions together, in one time zone.
 *
 * @param expressions none: on demand only. Where several fire at one instant, it is one scheduled time
 * @param zone the time zone on whose clock the expressions are read
 */
public record Schedule(List<CronExpression> expressions, ZoneId zone) {
    /** Copies the list. */
    public Schedule {
        expressions = List.copyOf(expressions);
    }

    /**
     * Reads cron expressions and the name of a time zone.
     *
     * @param zone a name of the IANA time zone database, in its spelling, such as {@code Europe/Berlin}
     * @throws InvalidScheduleException for the first expression that {@link CronExpression#parse} refuses, and for an unknown zone
     */
    public static Schedule of(List<String> expressions, String zone) {
        return new Schedule(expressions.stream().map(CronExpression::parse).toList(), TimeZones.named(zone));
    }

    /** The first scheduled time after an instant; empty without expressions, or if none fires within the horizon. */
    public Optional<Instant> next(Instant after) {
        return expressions.stream()
                .flatMap(expression -> expression.next(after, zone).stream())
                .min(Comparator.naturalOrder());
    }

    /** The time from an instant to the first scheduled time after it; zero when there is none. */
    public Duration untilNext(Instant now) {
        return Duration.between(now, next(now).orElse(now));
    }

    /**
     * Says whether a run is due.
     *
     * @param anchor what is scheduled up to and including this instant has been dealt with: the scheduled time of the last run, or the
     *     moment from which this schedule applies, whichever is later
     * @param now the time of asking; before {@code anchor}, when a clock was set back, nothing is due
     * @param startingDeadline how late a run may start, that late included; null for any time
     */
    public Due due(Instant anchor, Instant now, @Nullable Duration startingDeadline) {
        Window passed = new Window(anchor, now);
        Instant latest = passed.latest(this::next).orElse(null);
        if (latest == null) {
            return new Due.NotYet(next(anchor).orElse(null));
        }
        long count = passed.count(expressions.stream().map(this::timesOf).toList(), Due.MISSED_LIMIT + 1);
        if (startingDeadline == null || Duration.between(latest, now).compareTo(startingDeadline) <= 0) {
            return new Due.Now(latest, count - 1);
        }
        return new Due.TooLate(
                latest, Math.min(count, Due.MISSED_LIMIT), next(now).orElse(null));
    }

    private Function<Instant, Optional<Instant>> timesOf(CronExpression expression) {
        return after -> expression.next(after, zone);
    }
}
