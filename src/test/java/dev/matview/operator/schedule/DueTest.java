package dev.matview.operator.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DueTest {
    private static final Schedule HOURLY = Schedule.of(List.of("@hourly"), "Etc/UTC");
    private static final Instant NINE = Instant.parse("2030-06-01T09:00:00Z");
    private static final Instant TEN = Instant.parse("2030-06-01T10:00:00Z");
    private static final Instant ELEVEN = Instant.parse("2030-06-01T11:00:00Z");
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

    @Test
    void nothingIsDueBeforeTheNextScheduledTime() {
        assertThat(HOURLY.due(NINE, TEN.minusNanos(1), null)).isEqualTo(new Due.NotYet(TEN));
        assertThat(HOURLY.due(NINE, NINE, null)).isEqualTo(new Due.NotYet(TEN));
    }

    @Test
    void aRunIsDueFromItsScheduledTimeOn() {
        assertThat(HOURLY.due(NINE, TEN, null)).isEqualTo(new Due.Now(TEN, 0));
        assertThat(HOURLY.due(NINE, ELEVEN.minusNanos(1), null)).isEqualTo(new Due.Now(TEN, 0));
    }

    @Test
    void aRunIsDueOnce() {
        assertThat(HOURLY.due(TEN, TEN.plusSeconds(1), null)).isEqualTo(new Due.NotYet(ELEVEN));
    }

    @Test
    void theLatestOfManyMissedTimesIsMadeUpAndTheOthersAreCounted() {
        assertThat(HOURLY.due(NINE.minus(Duration.ofDays(3)), TEN.plusSeconds(59), null))
                .isEqualTo(new Due.Now(TEN, 72));
        assertThat(HOURLY.due(NINE, ELEVEN, null)).isEqualTo(new Due.Now(ELEVEN, 1));
    }

    @Test
    void aRunMayStartExactlyAtItsDeadlineAndNoLater() {
        assertThat(HOURLY.due(NINE, TEN.plus(TEN_MINUTES), TEN_MINUTES)).isEqualTo(new Due.Now(TEN, 0));
        assertThat(HOURLY.due(NINE, TEN.plus(TEN_MINUTES).plusNanos(1), TEN_MINUTES))
                .isEqualTo(new Due.TooLate(TEN, 1, ELEVEN));
        assertThat(HOURLY.due(NINE, TEN, Duration.ZERO)).isEqualTo(new Due.Now(TEN, 0));
        assertThat(HOURLY.due(NINE, TEN.plusNanos(1), Duration.ZERO)).isEqualTo(new Due.TooLate(TEN, 1, ELEVEN));
    }

    @Test
    void allMissedTimesAreCountedWhenEvenTheLatestIsTooLate() {
        assertThat(HOURLY.due(
                        NINE.minus(Duration.ofDays(3)), TEN.plus(TEN_MINUTES).plusSeconds(1), TEN_MINUTES))
                .isEqualTo(new Due.TooLate(TEN, 73, ELEVEN));
    }

    @Test
    void aDeadlineLongerThanTheIntervalLeavesTheLatestTimeDue() {
        assertThat(HOURLY.due(NINE, ELEVEN.plusSeconds(3599), Duration.ofDays(1)))
                .isEqualTo(new Due.Now(ELEVEN, 1));
        assertThat(HOURLY.due(NINE, TEN, Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(new Due.Now(TEN, 0));
    }

    @Test
    void nothingIsDueWhenTheLastTimeThatIsTooLateHasNoSuccessor() {
        Schedule leapDays = Schedule.of(List.of("0 0 29 2 *"), "UTC");
        Instant leapDay = Instant.parse("2096-02-29T00:00:00Z");
        assertThat(leapDays.due(Instant.parse("2095-01-01T00:00:00Z"), leapDay.plusSeconds(61), Duration.ofMinutes(1)))
                .isEqualTo(new Due.TooLate(leapDay, 1, null));
    }

    @Test
    void anEditStartsAnewFromItsMoment() {
        Instant edited = Instant.parse("2030-06-01T09:50:00Z");
        Schedule every15Minutes = Schedule.of(List.of("*/15 * * * *"), "Etc/UTC");
        // The new schedule would have fired at 9:15, 9:30 and 9:45, had it been in force.
        assertThat(every15Minutes.due(edited, edited, null)).isEqualTo(new Due.NotYet(TEN));
        assertThat(every15Minutes.due(edited, TEN, null)).isEqualTo(new Due.Now(TEN, 0));
    }

    @Test
    void anEditExactlyAtAScheduledTimeDoesNotMakeItDue() {
        assertThat(HOURLY.due(TEN, TEN, null)).isEqualTo(new Due.NotYet(ELEVEN));
    }

    @Test
    void aClockThatWasSetBackMakesNothingDueAgain() {
        assertThat(HOURLY.due(TEN, NINE.minusSeconds(1), null)).isEqualTo(new Due.NotYet(ELEVEN));
    }

    @Test
    void expressionsThatFireAtOneInstantCountOnce() {
        Schedule schedule = Schedule.of(List.of("*/30 * * * *", "0 * * * *", "0 10 * * *"), "Etc/UTC");
        assertThat(schedule.due(NINE, NINE.plusSeconds(1), null))
                .isEqualTo(new Due.NotYet(NINE.plus(Duration.ofMinutes(30))));
        // 9:30, 10:00 (thrice), 10:30, 11:00 (twice)
        assertThat(schedule.due(NINE, ELEVEN, null)).isEqualTo(new Due.Now(ELEVEN, 3));
    }

    @Test
    void theLatestTimeOfAllExpressionsIsMadeUp() {
        Schedule schedule = Schedule.of(List.of("0 6 * * *", "20 10 * * *", "0 3 1 1 *"), "Etc/UTC");
        assertThat(schedule.due(NINE.minus(Duration.ofDays(1)), ELEVEN, null))
                .isEqualTo(new Due.Now(TEN.plus(Duration.ofMinutes(20)), 2));
    }

    @Test
    void withoutExpressionsNothingIsEverDue() {
        assertThat(Schedule.of(List.of(), "Etc/UTC").due(Instant.EPOCH, TEN, null))
                .isEqualTo(new Due.NotYet(null));
    }

    @Test
    void anExpressionThatNeverFiresIsNeverDue() {
        assertThat(Schedule.of(List.of("0 0 31 2 *"), "Etc/UTC").due(Instant.EPOCH, TEN, null))
                .isEqualTo(new Due.NotYet(null));
    }

    @ParameterizedTest(name = "{0} at {1}: {2}, {3} missed")
    @CsvSource({
        // Clocks go from 2:00 to 3:00: 1:30, 3:30.
        "2030-03-31T00:00:00Z, 2030-03-31T01:45:00Z, 2030-03-31T01:30:00Z, 1",
        // Clocks go from 3:00 to 2:00: 1:30, 2:30, 2:30 again, 3:30.
        "2030-10-26T23:00:00Z, 2030-10-27T02:45:00Z, 2030-10-27T02:30:00Z, 3",
        "2030-10-27T00:30:00Z, 2030-10-27T01:30:00Z, 2030-10-27T01:30:00Z, 0",
    })
    void aSkippedHourIsNotMissedAndARepeatedOneIsScheduledTwice(
            Instant anchor, Instant now, Instant scheduledTime, long missed) {
        Schedule halfPast = Schedule.of(List.of("30 * * * *"), "Europe/Berlin");
        assertThat(halfPast.due(anchor, now, null)).isEqualTo(new Due.Now(scheduledTime, missed));
    }

    @Test
    void countingIsExactUpToTheLimitAndTheLatestTimeTrueBeyondIt() {
        Schedule everyMinute = Schedule.of(List.of("* * * * *"), "Europe/Berlin");
        assertThat(everyMinute.due(TEN.minus(Duration.ofMinutes(1000)), TEN, null))
                .isEqualTo(new Due.Now(TEN, 999));
        assertThat(everyMinute.due(TEN.minus(Duration.ofMinutes(1001)), TEN, null))
                .isEqualTo(new Due.Now(TEN, 1000));
        assertThat(everyMinute.due(Instant.EPOCH, TEN, null)).isEqualTo(new Due.Now(TEN, Due.MISSED_LIMIT));
        assertThat(everyMinute.due(TEN.minus(Duration.ofMinutes(999)), TEN.plusSeconds(1), Duration.ZERO))
                .isEqualTo(new Due.TooLate(TEN, 999, TEN.plusSeconds(60)));
        assertThat(everyMinute.due(Instant.EPOCH, TEN.plusSeconds(1), Duration.ZERO))
                .isEqualTo(new Due.TooLate(TEN, Due.MISSED_LIMIT, TEN.plusSeconds(60)));
    }
}
