package dev.matview.operator.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RefreshBoundsTest {
    @Test
    void readersWaitAtMostATenthOfTheTimeBehindTheAttempts() {
        for (Duration lock : new Duration[] {Duration.ofMillis(500), Duration.ofSeconds(2), Duration.ofMinutes(1)}) {
            Duration pause = new RefreshBounds(lock, Duration.ofHours(1)).pause();
            assertThat(pause.plus(lock)).isGreaterThanOrEqualTo(lock.multipliedBy(10));
        }
    }

    @Test
    void aPauseIsNeverShorterThanASecond() {
        assertThat(new RefreshBounds(Duration.ofMillis(1), Duration.ofHours(1)).pause())
                .isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aShortRunPausesNoLongerThanAQuarterOfItself() {
        assertThat(new RefreshBounds(Duration.ofMillis(500), Duration.ofSeconds(3)).pause())
                .isEqualTo(Duration.ofMillis(750));
    }

    @Test
    void patienceEndsBeforeTheStatementsOwnBound() {
        assertThat(RefreshBounds.patience(Duration.ofHours(1))).isEqualTo(Duration.ofSeconds(3));
        assertThat(RefreshBounds.patience(Duration.ofSeconds(2))).isEqualTo(Duration.ofSeconds(1));
        assertThat(RefreshBounds.patience(Duration.ofMillis(-5))).isEqualTo(Duration.ofMillis(1));
    }
}
