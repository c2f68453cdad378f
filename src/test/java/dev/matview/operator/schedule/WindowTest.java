package dev.matview.operator.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowTest {
    private static final Instant NOW = Instant.parse("2030-11-15T10:20:30Z");
    private static final Instant TEN_YEARS_AGO = Instant.parse("2020-11-15T10:20:30Z");

    private final List<Instant> calls = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(strings = {"* * * * *", "*/5 8-17 * * mon-fri", "@hourly", "@yearly", "* * * 1 *", "0 0 29 2 *"})
    void findsTheLatestOfTenYearsWithTwentyFourCalls(String expression) {
        assertThat(new Window(TEN_YEARS_AGO, NOW).latest(times(expression))).isPresent();
        assertThat(calls).hasSizeLessThanOrEqualTo(24);
    }

    @ParameterizedTest
    @ValueSource(strings = {"* * * * *", "7 3 * * *", "30 2 * * *", "*/5 8-17 * * mon-fri", "* * 1 11 *", "@weekly"})
    void findsTheSameLatestAsAWalkFromOneToTheNext(String expression) {
        Function<Instant, Optional<Instant>> next = times(expression);
        // Across the end of summer time, by steps that hit every part of an hour and a day.
        Instant start = Instant.parse("2030-10-24T00:00:00Z");
        Instant walked = start;
        for (Instant until = start; until.isBefore(NOW); until = until.plusSeconds(3_541)) {
            Instant following = next.apply(walked).orElseThrow();
            while (!following.isAfter(until)) {
                walked = following;
                following = next.apply(walked).orElseThrow();
            }
            Optional<Instant> expected = walked.equals(start) ? Optional.empty() : Optional.of(walked);
            assertThat(new Window(start, until).latest(next)).isEqualTo(expected);
        }
    }

    @Test
    void isEmptyWhenItEndsBeforeItStarts() {
        assertThat(new Window(NOW, TEN_YEARS_AGO).latest(times("* * * * *"))).isEmpty();
        assertThat(new Window(NOW, TEN_YEARS_AGO).count(List.of(times("* * * * *")), 10))
                .isZero();
    }

    @Test
    void countsNoFurtherThanTheLimit() {
        assertThat(new Window(TEN_YEARS_AGO, NOW).count(List.of(times("* * * * *"), times("@hourly")), 100))
                .isEqualTo(100);
        assertThat(calls).hasSizeLessThanOrEqualTo(202);
    }

    @Test
    void countsWhatNeverFiresWithOneCall() {
        assertThat(new Window(TEN_YEARS_AGO, NOW).count(List.of(times("0 0 31 2 *")), 100))
                .isZero();
        assertThat(calls).hasSize(1);
    }

    @Test
    void countsInstantsOfSeveralSchedulesOnceAndTheBoundariesAsItSays() {
        Instant ten = NOW.truncatedTo(ChronoUnit.HOURS);
        Window hour = new Window(ten.minusSeconds(3600), ten);
        assertThat(hour.count(List.of(times("*/20 * * * *"), times("*/30 * * * *")), 100))
                .isEqualTo(4);
        assertThat(hour.count(List.of(times("*/20 * * * *"), times("*/30 * * * *")), 4))
                .isEqualTo(4);
    }

    private Function<Instant, Optional<Instant>> times(String expression) {
        CronExpression cron = CronExpression.parse(expression);
        return after -> {
            calls.add(after);
            return cron.next(after, ZoneId.of("Europe/Berlin"));
        };
    }
}
