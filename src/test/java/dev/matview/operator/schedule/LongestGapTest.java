package dev.matview.operator.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LongestGapTest {

    @ParameterizedTest(name = "{0} has a gap of {2}, asked for {1}")
    @CsvSource(delimiter = '|', textBlock = """
            * * * * *                  | PT1S   | PT1M
            * * * * *                  | PT1M   | PT1M
            0 * * * *                  | PT30M  | PT1H
            0 * * * *                  | PT1H   | PT1H
            0 8,9,17 * * *             | PT5H   | PT15H
            */15 8-18 * * 1-5          | PT30M  | PT61H15M
            */5 8-18 * * 1-5           | PT5M   | PT61H5M
            0 0 * * 0                  | P2D    | P7D
            0 0 1 * *                  | P30D   | PT745H
            0 12 1 6 *                 | P360D  | P366D
            0 0 29 2 *                 | P1000D | P1461D
            """)
    void theLongestTimeBetweenTwoTimesIsFound(String expression, Duration least, Duration longest) {
        assertThat(schedule(expression).longestGap(least)).contains(longest);
    }

    @ParameterizedTest(name = "{0} has none of {1}")
    @CsvSource(delimiter = '|', textBlock = """
            * * * * *                  | PT1M1S
            0 * * * *                  | PT1H1S
            0 8,9,17 * * *             | PT15H1S
            */15 8-18 * * 1-5          | PT61H16M
            0 0 1 * *                  | P32D
            0 0 31 2 *                 | PT1M
            """)
    void aShorterOneIsNone(String expression, Duration least) {
        assertThat(schedule(expression).longestGap(least)).isEmpty();
    }

    @Test
    void theTimesOfAllSchedulesCount() {
        var schedule = Schedule.of(List.of("0 * * * *", "20 * * * *", "50 8-17 * * *"), "Etc/UTC");
        assertThat(schedule.longestGap(Duration.ofMinutes(30))).contains(Duration.ofMinutes(40));
        assertThat(schedule.longestGap(Duration.ofMinutes(41))).isEmpty();
    }

    @Test
    void withoutSchedulesThereIsNone() {
        assertThat(Schedule.of(List.of(), "Etc/UTC").longestGap(Duration.ofHours(1)))
                .isEmpty();
    }

    private static Schedule schedule(String expression) {
        return Schedule.of(List.of(expression), "Europe/Berlin");
    }
}
