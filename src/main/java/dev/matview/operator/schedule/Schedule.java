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
    /** A Monday, with which a leap year begins, and a month of 31 days. */
    private static final Instant GAPS_FROM = Instant.parse("2024-01-01T00:00:00Z");

    /** A week, and the weekend in any time zone. */
    private static final Duration GAPS_WITHIN = Duration.ofDays(8);

    /** From a day on, two months are seen. */
    private static final int GAPS_OF_EACH_LENGTH = 62;

    /** Bounds the work. */
    private static final int GAPS_STEPS = 5_000;

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

    /**
     * The longest time between two scheduled times that follow each other, if it is that long at least; else empty. Looked
     * for in a stretch of a week, or of many times {@code least}, that begins on a fixed day: the answer depends on the
     * schedule alone.
     */
    public Optional<Duration> longestGap(Duration least) {
        Duration longest = Duration.ZERO;
        Instant time = next(GAPS_FROM).orElse(null);
        Duration within = least.multipliedBy(GAPS_OF_EACH_LENGTH);
        Instant end = GAPS_FROM.plus(within.compareTo(GAPS_WITHIN) > 0 ? within : GAPS_WITHIN);
        for (int step = 0; step < GAPS_STEPS && time != null && (step == 0 || time.isBefore(end)); step++) {
            // Up to the last time before that all gaps are shorter.
            Instant until = time.plus(least).minusNanos(1);
            Instant last = new Window(time, until).latest(this::next).orElse(null);
            Instant next = last == null ? next(time).orElse(null) : last;
            if (last == null && next != null) {
                Duration gap = Duration.between(time, next);
                longest = gap.compareTo(longest) > 0 ? gap : longest;
            }
            time = next;
        }
        return longest.isZero() ? Optional.empty() : Optional.of(longest);
    }

    private Function<Instant, Optional<Instant>> timesOf(CronExpression expression) {
        return after -> expression.next(after, zone);
    }
}
