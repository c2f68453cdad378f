package dev.matview.operator.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {
    private static final Instant NOON = Instant.parse("2030-06-01T12:00:00Z");

    @Test
    void isNextDueAtTheEarliestTimeOfAllExpressions() {
        Schedule schedule = Schedule.of(List.of("0 18 * * *", "30 12 * * *", "0 0 31 2 *"), "UTC");
        assertThat(schedule.next(NOON)).contains(Instant.parse("2030-06-01T12:30:00Z"));
        assertThat(schedule.next(Instant.parse("2030-06-01T12:30:00Z")))
                .contains(Instant.parse("2030-06-01T18:00:00Z"));
    }

    @Test
    void isReadOnTheClockOfItsZone() {
        assertThat(Schedule.of(List.of("0 6 * * *"), "Europe/Berlin").next(NOON))
                .contains(Instant.parse("2030-06-02T04:00:00Z"));
        assertThat(Schedule.of(List.of("0 6 * * *"), "America/New_York").next(NOON))
                .contains(Instant.parse("2030-06-02T10:00:00Z"));
    }

    @Test
    void isOnDemandOnlyWithoutExpressions() {
        assertThat(Schedule.of(List.of(), "Etc/UTC").next(NOON)).isEmpty();
    }

    @Test
    void isRefusedForAnyExpressionThatIsWrong() {
        assertThatThrownBy(() -> Schedule.of(List.of("@hourly", "0 0 * * 8"), "UTC"))
                .isInstanceOf(InvalidScheduleException.class)
                .hasMessage("schedule \"0 0 * * 8\": day of week \"8\" contains 8; use 0 (sun) to 6 (sat)");
    }

    @Test
    void keepsItsExpressionsWhenTheListChanges() {
        List<CronExpression> expressions = new ArrayList<>(List.of(CronExpression.parse("@hourly")));
        Schedule schedule =
                new Schedule(expressions, Schedule.of(List.of(), "UTC").zone());
        expressions.clear();
        assertThat(schedule.expressions()).containsExactly(CronExpression.parse("@hourly"));
        assertThat(schedule).isEqualTo(Schedule.of(List.of("@hourly"), "UTC"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UTC",
                "Etc/UTC",
                "Europe/Berlin",
                "America/Argentina/ComodRivadavia",
                "Etc/GMT-14",
                "Etc/GMT+12",
                "GMT",
                "GMT0",
                "GMT+0",
                "GMT-0",
                "EST",
                "MST",
                "HST",
                "EST5EDT",
                "ROC",
                "ROK",
                "Zulu",
                "US/Pacific",
                "Asia/Calcutta"
            })
    void takesEveryNameOfTheTimeZoneDatabase(String zone) {
        assertThat(Schedule.of(List.of("@hourly"), zone).next(NOON)).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "EST, 2030-06-02T05:00:00Z",
        "MST, 2030-06-02T07:00:00Z",
        "HST, 2030-06-01T10:00:00Z",
        "ROC, 2030-06-01T16:00:00Z",
        "GMT+0, 2030-06-02T00:00:00Z",
        "Etc/GMT-3, 2030-06-01T21:00:00Z",
    })
    void givesOldNamesTheOffsetOfTheDatabase(String zone, Instant midnight) {
        Instant from = zone.equals("HST") ? NOON.minusSeconds(7200 + 1) : NOON;
        assertThat(Schedule.of(List.of("@daily"), zone).next(from)).contains(midnight);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "Local",
                "local",
                "UTC+3",
                "GMT+1",
                "GMT+1:00",
                "UT+1",
                "+01:00",
                "-3",
                "Z",
                "CEST",
                "PST",
                "Europe/Atlantis",
                "Europe/Berlin ",
                "../Europe/Berlin",
                "/etc/localtime",
                "SystemV/EST5",
                "Factory"
            })
    void refusesAZoneThatTheTimeZoneDatabaseDoesNotName(String zone) {
        assertThatThrownBy(() -> Schedule.of(List.of("@hourly"), zone))
                .isInstanceOf(InvalidScheduleException.class)
                .hasMessage(
                        "time zone \"%s\": is not a name of the IANA time zone database; use one, such as"
                                + " Europe/Berlin or Etc/UTC",
                        zone);
    }

    @Test
    void namesTheZoneThatWasMeantWhenOnlyUpperAndLowerCaseDiffer() {
        assertThatThrownBy(() -> Schedule.of(List.of(), "europe/berlin")).hasMessageEndingWith("such as Europe/Berlin");
    }
}
