package dev.matview.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.RetrySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(5));
    private static final Backoff SLOW = new Backoff(Duration.ofSeconds(15), Duration.ofMinutes(5));
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    private final Pacing pacing = new Pacing(BACKOFF, SLOW, () -> 0);

    @Test
    void pausesDoubleUpToTheLongest() {
        assertThat(IntStream.rangeClosed(1, 7).mapToObj(n -> BACKOFF.after(n, 0).toSeconds()))
                .containsExactly(10L, 20L, 40L, 80L, 160L, 300L, 300L);
        assertThat(BACKOFF.after(1_000, 0)).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void aPauseIsShorterByUpToAQuarterByChance() {
        assertThat(BACKOFF.after(2, 0.5)).isEqualTo(Duration.ofMillis(17_500));
        var random = new Random(7);
        for (int i = 0; i < 1_000; i++) {
            assertThat(BACKOFF.after(3, random.nextDouble())).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(40));
        }
    }

    @Test
    void whatTheResourceDeclaresTakesThePlaceOfWhatTheOperatorIsSetTo() {
        assertThat(pacing.declared(null)).isEqualTo(pacing);
        assertThat(pacing.declared(new RetrySpec(5L, null, null)).retry()).isEqualTo(BACKOFF);
        assertThat(pacing.declared(new RetrySpec(5L, "1s", "4s")).retry())
                .isEqualTo(new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(4)));
        assertThat(pacing.declared(new RetrySpec(5L, "1s", "4s")).recheck()).isEqualTo(SLOW);
    }

    @Test
    void ofTwoPausesThatDoNotFitTheDeclaredOneCounts() {
        assertThat(pacing.declared(new RetrySpec(5L, "10m", null)).retry())
                .isEqualTo(new Backoff(Duration.ofMinutes(10), Duration.ofMinutes(10)));
        assertThat(pacing.declared(new RetrySpec(5L, null, "5s")).retry())
                .isEqualTo(new Backoff(Duration.ofSeconds(5), Duration.ofSeconds(5)));
    }

    @Test
    void aGateThatIsClosedForLongerThanAnyPauseIsOpened() {
        var gate = new Gate(1L, null, 3, NOW.plusSeconds(300));
        assertThat(pacing.plausible(gate, NOW)).isEqualTo(gate);
        assertThat(pacing.plausible(gate, NOW.minusSeconds(1)).closed(NOW.minusSeconds(1)))
                .isFalse();
        assertThat(pacing.plausible(gate, NOW.minusSeconds(1)).failures()).isEqualTo(3);
    }
}
