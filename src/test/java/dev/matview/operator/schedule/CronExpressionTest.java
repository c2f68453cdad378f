package dev.matview.operator.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronExpressionTest {
    private static final ZoneId UTC = ZoneId.of("UTC");

    /** Recorded from the Go library that the CronJob controller uses; half of the rows are around clock changes. */
    @ParameterizedTest(name = "{0} in {1} after {2}")
    @CsvFileSource(resources = "cron-cases.csv", numLinesToSkip = 1, nullValues = "never")
    void firesWhenTheCronJobControllerDoes(
            String expression,
            String zone,
            Instant after,
            @Nullable Instant first,
            @Nullable Instant second,
            @Nullable Instant third) {
        List<Instant> expected =
                Stream.of(first, second, third).filter(Objects::nonNull).toList();
        assertThat(times(expression, zone, after, 3)).isEqualTo(expected);
    }

    @ParameterizedTest(name = "\"{0}\": {1}")
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = true,
            value = {
                "''                 | is empty; use five fields, such as \"0 * * * *\", or leave out the schedule",
                "'   '              | is empty; use five fields",
                "0 * * *            | has 4 field(s); use five: minute, hour, day of month, month, day of week",
                "0 0 * * * *        | has 6 field(s); use five",
                "0 0 12 * * ? 2030  | has 7 field(s); use five",
                "TZ=UTC * * * *     | sets a time zone; leave it out here and set timeZone",
                "CRON_TZ=Asia/Tokyo 0 6 * * * | sets a time zone; leave it out here and set timeZone",
                "TZ=UTC @hourly     | sets a time zone; leave it out here and set timeZone",
                "@every 1h          | is not a known nickname; use @hourly,",
                "@reboot            | is not a known nickname; use @hourly,",
                "@Hourly            | is not a known nickname; use @hourly,",
                "' @hourly'         | is not a known nickname; use @hourly, @daily, @weekly, @monthly or @yearly alone",
                "60 * * * *         | minute \"60\" contains 60; use 0 to 59",
                "0-60 * * * *       | minute \"0-60\" contains 60; use 0 to 59",
                "0 24 * * *         | hour \"24\" contains 24; use 0 to 23",
                "0 24/2 * * *       | hour \"24/2\" contains 24; use 0 to 23",
                "0 0 0 * *          | day of month \"0\" contains 0; use 1 to 31",
                "0 0 32 * *         | day of month \"32\" contains 32; use 1 to 31",
                "0 0 L * *          | day of month \"L\" contains L; use 1 to 31",
                "0 0 15W * *        | day of month \"15W\" contains 15W; use 1 to 31",
                "0 0 * 13 *         | month \"13\" contains 13; use 1 (jan) to 12 (dec)",
                "0 0 * january *    | month \"january\" contains january; use 1 (jan) to 12 (dec)",
                "0 0 * * 7          | day of week \"7\" contains 7; use 0 (sun) to 6 (sat)",
                "0 0 * * mon-7      | day of week \"mon-7\" contains 7; use 0 (sun) to 6 (sat)",
                "0 0 * * mon#1      | day of week \"mon#1\" contains mon#1; use 0 (sun) to 6 (sat)",
                "jan * * * *        | minute \"jan\" contains jan; use 0 to 59",
                "99999999999 * * * * | minute \"99999999999\" contains 99999999999; use 0 to 59",
                "\u0665 * * * *     | minute \"\u0665\" contains \u0665; use 0 to 59",
                "0 17-5 * * *       | hour \"17-5\" ends before it starts; use 17-23,0-5",
                "0 0 * * fri-mon    | day of week \"fri-mon\" ends before it starts; use 5-6,0-1",
                "*/0 * * * *        | minute \"*/0\" has the step 0; use a number from 1",
                "*/x * * * *        | minute \"*/x\" has the step x; use a number from 1",
                "0 0 * 1/feb *      | month \"1/feb\" has the step feb; use a number from 1",
                "*/ * * * *         | minute \"*/\" is not a value, range or step; use 0, 0-59 or */2",
                "*/2/3 * * * *      | minute \"*/2/3\" is not a value, range or step",
                "1-2-3 * * * *      | minute \"1-2-3\" is not a value, range or step",
                "-5 * * * *         | minute \"-5\" is not a value, range or step",
                "0 0 5- * *         | day of month \"5-\" is not a value, range or step; use 1, 1-31 or */2",
                "0 *-5 * * *        | hour \"*-5\" mixes * with a range; use * or 0-23",
                ", * * * *          | minute \",\" allows no value and would never fire; use *, or 0 to 59",
                "0 , * * *          | hour \",\" allows no value and would never fire",
            })
    void refusesWhatIsNotOfTheDialectAndNamesTheFix(String expression, String problem) {
        assertThatThrownBy(() -> CronExpression.parse(expression))
                .isInstanceOf(InvalidScheduleException.class)
                .hasMessageStartingWith("schedule \"%s\": %s", expression, problem);
    }

    @Test
    void namesTheItemOfAListThatIsWrong() {
        assertThatThrownBy(() -> CronExpression.parse("0 1,25,3 * * *"))
                .hasMessage("schedule \"0 1,25,3 * * *\": hour \"25\" contains 25; use 0 to 23");
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "@yearly       | 0 0 1 1 *",
                "@annually     | 0 0 1 1 *",
                "@monthly      | 0 0 1 * *",
                "@weekly       | 0 0 * * 0",
                "@daily        | 0 0 * * *",
                "@midnight     | 0 0 * * *",
                "@hourly       | 0 * * * *",
                "? ? ? ? ?     | * * * * *",
                "0 6 * JAN Mon | 0 6 * 1 1",
                "0 0 * feb-apr tue-THU | 0 0 * 2-4 2-4",
                "5,,10, * * * *        | 5,10 * * * *",
                "50/3 * * * *          | 50,53,56,59 * * * *",
                "0 0 * oct/2 *         | 0 0 * 10,12 *",
                "*/45 * * * *          | 0,45 * * * *",
                "*/100 * * * *         | 0 * * * *",
                "007 +5 * * *          | 7 5 * * *",
                "'  0\t6   * * * '     | 0 6 * * *",
            })
    void readsDifferentSpellingsOfOneExpressionAlike(String one, String other) {
        Instant after = Instant.parse("2030-01-02T03:04:05Z");
        assertThat(times(one, "UTC", after, 20)).isEqualTo(times(other, "UTC", after, 20));
    }

    @Test
    void firesOnEitherDayFieldWhenBothAreRestrictedAndElseOnBoth() {
        Instant after = Instant.parse("2030-01-01T12:00:00Z"); // a Tuesday
        assertThat(times("0 0 13 * fri", "UTC", after, 3))
                .containsExactly(
                        Instant.parse("2030-01-04T00:00:00Z"),
                        Instant.parse("2030-01-11T00:00:00Z"),
                        Instant.parse("2030-01-13T00:00:00Z"));
        assertThat(times("0 0 ? * fri", "UTC", after, 2))
                .containsExactly(Instant.parse("2030-01-04T00:00:00Z"), Instant.parse("2030-01-11T00:00:00Z"));
        // A star with a step restricts; one with the step 1 does not.
        assertThat(times("0 0 */31 * fri", "UTC", after, 1)).containsExactly(Instant.parse("2030-01-04T00:00:00Z"));
        assertThat(times("0 0 */1 * fri", "UTC", after, 1)).containsExactly(Instant.parse("2030-01-04T00:00:00Z"));
        assertThat(times("0 0 31 * 0-6", "UTC", after, 1)).containsExactly(Instant.parse("2030-01-02T00:00:00Z"));
    }

    @ParameterizedTest
    @CsvSource({
        "2030-01-01T09:59:59.999999999Z, 2030-01-01T10:00:00Z",
        "2030-01-01T10:00:00Z,           2030-01-01T10:01:00Z",
        "2030-01-01T10:00:00.000000001Z, 2030-01-01T10:01:00Z",
        "2030-12-31T23:59:30Z,           2031-01-01T00:00:00Z",
        "1969-12-31T23:58:59.5Z,         1969-12-31T23:59:00Z",
    })
    void firesStrictlyAfterTheGivenInstant(Instant after, Instant next) {
        assertThat(CronExpression.parse("* * * * *").next(after, UTC)).contains(next);
    }

    @Test
    void findsNothingBeyondFiveYears() {
        assertThat(times("0 0 31 2 *", "UTC", Instant.parse("2030-01-01T00:00:00Z"), 1))
                .isEmpty();
        // 2100 is no leap year.
        assertThat(times("0 0 29 2 *", "UTC", Instant.parse("2096-03-01T00:00:00Z"), 1))
                .isEmpty();
        assertThat(times("0 0 29 2 *", "UTC", Instant.parse("2099-01-01T00:00:00Z"), 1))
                .containsExactly(Instant.parse("2104-02-29T00:00:00Z"));
    }

    @Test
    void passesOverALocalTimeThatIsSkipped() {
        assertThat(times("30 2 * * *", "Europe/Berlin", Instant.parse("2030-03-30T12:00:00Z"), 1))
                .containsExactly(Instant.parse("2030-04-01T00:30:00Z"));
    }

    @Test
    void firesTwiceAtALocalTimeThatIsRepeated() {
        assertThat(times("30 2 * * *", "Europe/Berlin", Instant.parse("2030-10-26T12:00:00Z"), 3))
                .containsExactly(
                        Instant.parse("2030-10-27T00:30:00Z"),
                        Instant.parse("2030-10-27T01:30:00Z"),
                        Instant.parse("2030-10-28T01:30:00Z"));
    }

    /** Not what one would design, but when a CronJob with this expression runs. */
    @ParameterizedTest(name = "{0} in {1} after {2}")
    @CsvSource({
        // East of Greenwich a day without midnight is passed over, unless the search starts on it.
        "0 12 28 4 *, Africa/Cairo, 2028-04-01T00:00:00Z, 2029-04-28T09:00:00Z",
        "0 12 28 4 *, Africa/Cairo, 2028-04-28T01:00:00Z, 2028-04-28T09:00:00Z",
        "0 12 10 3 *, America/Havana, 2030-03-01T00:00:00Z, 2030-03-10T16:00:00Z",
        // From 23:59 the clock goes to 1:00: the date, looked at when the hour is 0, is not looked at.
        "0 3 27 4 *, Africa/Cairo, 2028-04-27T02:00:00Z, 2028-04-28T00:00:00Z",
        // From 1:59 it goes to 2:30: the hour, looked at when the minute is 0, is not looked at.
        "45 1 * * *, Australia/Lord_Howe, 2030-10-05T15:15:00Z, 2030-10-05T15:45:00Z",
        // A month without a first midnight is entered on its day before, and so are those after it.
        "0 0 10 1 *, America/Asuncion, 2023-09-15T00:00:00Z, 2025-01-10T03:00:00Z",
    })
    void followsTheCronJobControllerWhereAClockChangeLeadsItAstray(
            String expression, String zone, Instant after, Instant next) {
        assertThat(times(expression, zone, after, 1)).containsExactly(next);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Australia/Lord_Howe", "Pacific/Chatham", "America/Havana", "Africa/Cairo", "Europe/London"})
    void movesForwardAtEveryClockChange(String zone) {
        CronExpression expression = CronExpression.parse("*/7 0-3,23 * * *");
        Instant end = Instant.parse("2032-01-01T00:00:00Z");
        for (Instant time = Instant.parse("2030-01-01T00:00:00Z"); time.isBefore(end); ) {
            Instant next = expression.next(time, ZoneId.of(zone)).orElseThrow();
            assertThat(next).isAfter(time).isBefore(time.plusSeconds(2 * 86_400));
            time = next;
        }
    }

    @Test
    @Timeout(value = 10, threadMode = ThreadMode.SEPARATE_THREAD)
    void passesOverADayThatIsSkippedAtTheDateLine() {
        assertThat(times("0 18 30,31 * *", "Pacific/Apia", Instant.parse("2011-12-29T12:00:00Z"), 2))
                .containsExactly(Instant.parse("2011-12-31T04:00:00Z"), Instant.parse("2012-01-30T04:00:00Z"));
    }

    @Test
    void isEqualToOneThatIsWrittenAlikeAndPrintsAsItWasGiven() {
        CronExpression expression = CronExpression.parse("0  6 * jan ?");
        assertThat(expression)
                .hasToString("0  6 * jan ?")
                .isEqualTo(CronExpression.parse("0  6 * jan ?"))
                .hasSameHashCodeAs(CronExpression.parse("0  6 * jan ?"))
                .isNotEqualTo(CronExpression.parse("0 6 * jan ?"));
    }

    private static List<Instant> times(String expression, String zone, Instant after, int limit) {
        CronExpression cron = CronExpression.parse(expression);
        List<Instant> times = new ArrayList<>();
        Optional<Instant> next = cron.next(after, ZoneId.of(zone));
        while (next.isPresent() && times.size() < limit) {
            times.add(next.get());
            next = cron.next(next.get(), ZoneId.of(zone));
        }
        return times;
    }
}
