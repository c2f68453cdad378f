package dev.matview.operator.schedule;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneRules;

/**
 * The units by which {@link CronExpression} searches, largest first. Months and days move on the calendar, the smaller ones on the
 * time line: at a clock change that difference decides what fires, and it is the CronJob controller's.
 */
enum CalendarUnit {
    MONTH(ChronoField.MONTH_OF_YEAR) {
        @Override
        ZonedDateTime start(ZonedDateTime time) {
            return resolve(time.toLocalDate().withDayOfMonth(1).atStartOfDay(), time.getZone());
        }

        @Override
        ZonedDateTime next(ZonedDateTime time) {
            // The first of a month that has no midnight may have become the last of the month before: 31 goes on to 31,
            // not to 30.
            int day = time.getDayOfMonth();
            LocalDateTime first = time.toLocalDateTime().withDayOfMonth(1);
            return resolve(first.plusMonths(1).plusDays(day - 1), time.getZone());
        }
    },
    DAY(ChronoField.DAY_OF_MONTH) {
        @Override
        ZonedDateTime start(ZonedDateTime time) {
            return resolve(time.toLocalDate().atStartOfDay(), time.getZone());
        }

        @Override
        ZonedDateTime next(ZonedDateTime time) {
            // Where a clock change skips midnight, the time found is 23:00 or 1:00, and moves by the hour that the
            // clock is off.
            ZonedDateTime next = resolve(time.toLocalDateTime().plusDays(1), time.getZone());
            int hour = next.getHour();
            ZonedDateTime midnight = hour > 12 ? next.plusHours(24 - hour) : next.minusHours(hour);
            // Where a country crosses the date line, a whole day is skipped: its midnight is that of the day before.
            return midnight.isAfter(time) ? midnight : time.plusHours(24);
        }
    },
    HOUR(ChronoField.HOUR_OF_DAY) {
        @Override
        ZonedDateTime start(ZonedDateTime time) {
            return resolve(time.toLocalDateTime().truncatedTo(ChronoUnit.HOURS), time.getZone());
        }

        @Override
        ZonedDateTime next(ZonedDateTime time) {
            return time.plusHours(1);
        }
    },
    MINUTE(ChronoField.MINUTE_OF_HOUR) {
        @Override
        ZonedDateTime start(ZonedDateTime time) {
            return time.truncatedTo(ChronoUnit.MINUTES);
        }

        @Override
        ZonedDateTime next(ZonedDateTime time) {
            return time.plusMinutes(1);
        }
    },
    /** Cron knows no seconds: the only one that fires is the first, so the search moves to that of the next minute. */
    SECOND(ChronoField.SECOND_OF_MINUTE) {
        @Override
        ZonedDateTime start(ZonedDateTime time) {
            return time;
        }

        @Override
        ZonedDateTime next(ZonedDateTime time) {
            return time.plusSeconds(60 - time.getSecond());
        }
    };

    private final ChronoField field;

    CalendarUnit(ChronoField field) {
        this.field = field;
    }

    /** The start of the unit that {@code time}, a whole second, is in. */
    abstract ZonedDateTime start(ZonedDateTime time);

    /** One unit later. */
    abstract ZonedDateTime next(ZonedDateTime time);

    /** Whether this is the first of its kind in the next larger unit, so that the larger ones have to be looked at again. */
    boolean isFirst(ZonedDateTime time) {
        return time.get(field) == field.range().getMinimum();
    }

    /**
     * A local time that a clock change skips or repeats has two offsets to choose from. The choice here is Go's: that of the instant
     * found by the offset in force when UTC's clock shows this local time.
     */
    private static ZonedDateTime resolve(LocalDateTime local, ZoneId zone) {
        ZoneRules rules = zone.getRules();
        ZoneOffset guess = rules.getOffset(local.toInstant(ZoneOffset.UTC));
        ZoneOffset offset = rules.getOffset(local.toInstant(guess));
        return local.toInstant(offset).atZone(zone);
    }
}
