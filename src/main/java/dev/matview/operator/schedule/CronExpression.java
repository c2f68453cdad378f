package dev.matview.operator.schedule;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A cron expression in the dialect of the Kubernetes CronJob controller, which is that of the "standard" parser of the Go library
 * robfig/cron, version 3 (see the Kubernetes documentation, "CronJob", section "Schedule syntax").
 *
 * <p>Five fields, minute, hour, day of month, month and day of week, or one of {@code @yearly}, {@code @annually}, {@code @monthly},
 * {@code @weekly}, {@code @daily}, {@code @midnight} and {@code @hourly}. A field is a list of values, ranges and steps; {@code ?}
 * is {@code *}; months and days of the week have English names of three letters; Sunday is 0 and not 7. When both day fields are
 * restricted, one of them has to match, else both.
 *
 * <p>Refused, as there: {@code @every}, seconds, years, and {@code TZ=} in front. Two things that the controller reads, but not as
 * they look, are refused here too: a range that starts with a star ({@code *-5}, read as {@code *}) and a field without any value
 * ({@code ,}, read as never).
 */
public final class CronExpression {
    /** How far ahead a next time is looked for, as the CronJob controller does; 31 February has none. */
    private static final int HORIZON_YEARS = 5;

    private static final List<CalendarUnit> LARGEST_FIRST = List.of(CalendarUnit.values());
    private static final Pattern WHITE_SPACE = Pattern.compile("\\p{IsWhite_Space}+");
    private static final Map<String, String> NICKNAMES = Map.of(
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *",
            "@monthly", "0 0 1 * *",
            "@weekly", "0 0 * * 0",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@hourly", "0 * * * *");

    private final String expression;
    private final FieldValues minutes;
    private final FieldValues hours;
    private final FieldValues daysOfMonth;
    private final FieldValues months;
    private final FieldValues daysOfWeek;

    private CronExpression(String expression, List<String> fields) {
        this.expression = expression;
        minutes = CronField.MINUTE.parse(fields.get(0), expression);
        hours = CronField.HOUR.parse(fields.get(1), expression);
        daysOfMonth = CronField.DAY_OF_MONTH.parse(fields.get(2), expression);
        months = CronField.MONTH.parse(fields.get(3), expression);
        daysOfWeek = CronField.DAY_OF_WEEK.parse(fields.get(4), expression);
    }

    /**
     * Reads an expression.
     *
     * @throws InvalidScheduleException if it is not of this dialect; the message names the expression, the field and the fix
     */
    public static CronExpression parse(String expression) {
        List<String> fields = WHITE_SPACE
                .splitAsStream(NICKNAMES.getOrDefault(expression, expression))
                .filter(field -> !field.isEmpty())
                .toList();
        String problem = problem(expression, fields);
        if (problem != null) {
            throw InvalidScheduleException.schedule(expression, problem);
        }
        return new CronExpression(expression, fields);
    }

    private static @Nullable String problem(String expression, List<String> fields) {
        if (fields.isEmpty()) {
            return "is empty; use five fields, such as \"0 * * * *\", or leave out the schedule to refresh on demand only";
        }
        if (expression.contains("TZ=")) {
            return "sets a time zone; leave it out here and set timeZone, which is for all schedules";
        }
        if (fields.getFirst().startsWith("@")) {
            return "is not a known nickname; use @hourly, @daily, @weekly, @monthly or @yearly alone, or five fields";
        }
        if (fields.size() != 5) {
            return "has %d field(s); use five: minute, hour, day of month, month, day of week".formatted(fields.size());
        }
        return null;
    }

    /**
     * The first time after an instant at which this expression fires in a time zone.
     *
     * <p>When clocks change, the CronJob controller is followed in everything. As a rule, a local time that is skipped does not fire,
     * and one that is repeated fires twice.
     *
     * @param after not itself a result
     * @return a whole minute; empty if there is none up to the end of the fifth year after that of {@code after}
     */
    public Optional<Instant> next(Instant after, ZoneId zone) {
        ZonedDateTime time =
                after.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1).atZone(zone);
        int lastYear = time.getYear() + HORIZON_YEARS;
        boolean moved = false;
        search:
        while (time.getYear() <= lastYear) {
            for (CalendarUnit unit : LARGEST_FIRST) {
                while (!matches(unit, time)) {
                    time = unit.next(moved ? time : unit.start(time));
                    moved = true;
                    // Only then: a clock change that jumps over the first one leaves the larger units as they were.
                    if (unit.isFirst(time)) {
                        continue search;
                    }
                }
            }
            return Optional.of(time.toInstant());
        }
        return Optional.empty();
    }

    private boolean matches(CalendarUnit unit, ZonedDateTime time) {
        return switch (unit) {
            case MONTH -> months.contains(time.getMonthValue());
            case DAY -> matchesDay(time);
            case HOUR -> hours.contains(time.getHour());
            case MINUTE -> minutes.contains(time.getMinute());
            case SECOND -> time.getSecond() == 0;
        };
    }

    private boolean matchesDay(ZonedDateTime time) {
        boolean ofMonth = daysOfMonth.contains(time.getDayOfMonth());
        boolean ofWeek = daysOfWeek.contains(time.getDayOfWeek().getValue() % 7);
        boolean both = daysOfMonth.unrestricted() || daysOfWeek.unrestricted();
        return both ? (ofMonth && ofWeek) : (ofMonth || ofWeek);
    }

    /** Two are equal when they are written alike. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CronExpression that && expression.equals(that.expression);
    }

    @Override
    public int hashCode() {
        return expression.hashCode();
    }

    /** The expression as it was given. */
    @Override
    public String toString() {
        return expression;
    }
}
