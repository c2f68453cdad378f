package dev.matview.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.api.ViewWarning;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewIdentity;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.postgres.ViewVersion;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Purpose;
import dev.matview.operator.refresh.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlowConcurrentTest {
    private static final long MILLIONS = 2_000_000;

    @Test
    void manyRowsThatTakeAWhileAreComparedMostly() {
        assertThat(SlowConcurrent.of(List.of(run(RefreshMode.CONCURRENT, 25, MILLIONS))))
                .isNotNull()
                .returns("SlowConcurrentRefresh", ViewWarning::reason);
    }

    @Test
    void fewRowsThatTakeAWhileAreASlowQuery() {
        assertThat(SlowConcurrent.of(List.of(run(RefreshMode.CONCURRENT, 25, 100_000))))
                .isNull();
    }

    @Test
    void whatTakesSecondsIsNobodysConcern() {
        assertThat(SlowConcurrent.of(List.of(run(RefreshMode.CONCURRENT, 9, MILLIONS))))
                .isNull();
    }

    @Test
    void aRefreshOfAnotherModeTellsWhatTheQueryTakes() {
        assertThat(SlowConcurrent.of(
                        List.of(run(RefreshMode.CONCURRENT, 25, 100_000), run(RefreshMode.STANDARD, 5, 100_000))))
                .isNotNull();
        assertThat(SlowConcurrent.of(
                        List.of(run(RefreshMode.CONCURRENT, 25, MILLIONS), run(RefreshMode.STANDARD, 20, MILLIONS))))
                .isNull();
    }

    @Test
    void aHistoryWithoutConcurrentRefreshesGivesNoCause() {
        assertThat(SlowConcurrent.of(List.of())).isNull();
        assertThat(SlowConcurrent.of(List.of(run(RefreshMode.STANDARD, 600, MILLIONS))))
                .isNull();
    }

    private static RefreshRecord run(RefreshMode mode, int seconds, long rows) {
        Instant start = Instant.parse("2026-11-21T10:00:00Z");
        var view = new ViewName("public", "v");
        var facts = new ViewFacts(
                new ViewIdentity("7", "app", view),
                1,
                true,
                "app",
                true,
                false,
                rows,
                null,
                List.of(),
                List.of(new ViewFacts.UniqueIndex("v_key", null)),
                null,
                null,
                null);
        var result = new RefreshResult(mode, rows, 8192, 1, Duration.ZERO, new ViewVersion(1, 2, 3), 4, List.of());
        var duration = Duration.ofSeconds(seconds);
        return Records.succeeded(
                new Purpose(1, new Trigger.Manual("now"), mode, null),
                new Outcome.Refreshed(facts, result, start, start.plus(duration), duration, List.of(), null, null));
    }
}
