package dev.matview.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshRecord;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HookOccasionTest {
    private final Looks looks = Looks.inOperator();

    @BeforeEach
    void settle() {
        looks.settle();
    }

    @Test
    void aRunThatHasEndedIsOneOnce() {
        var before = looks.status();
        looks.look("11:00:00");
        assertThat(HookOccasion.between(before, looks.status())).isNull();
        looks.end("11:00:02", Looks.refreshed("11:00:00", "11:00:01"));
        var refreshed = looks.status();
        assertThat(HookOccasion.between(before, refreshed)).isEqualTo(refreshed.lastRefresh());
        looks.look("11:30:00");
        assertThat(HookOccasion.between(refreshed, looks.status())).isNull();
        var remarked = HookReport.of(last(refreshed), java.util.List.of("webhook: it is down"))
                .in(refreshed);
        assertThat(HookOccasion.between(refreshed, remarked)).isNull();
    }

    @Test
    void aFailureThatIsTriedAgainIsOneOnceAndSoIsItsEnd() {
        var before = looks.status();
        looks.look("11:00:00");
        looks.end("11:00:02", Looks.failed(Reason.UNREACHABLE, null, "11:00:00", "11:00:02"));
        var first = looks.status();
        assertThat(statusOf(HookOccasion.between(before, first))).isEqualTo("Failed");
        looks.look("11:00:30");
        looks.end("11:00:31", Looks.failed(Reason.UNREACHABLE, null, "11:00:30", "11:00:31"));
        var second = looks.status();
        assertThat(second.history()).hasSize(1);
        assertThat(HookOccasion.between(first, second)).isNull();
        looks.look("11:02:00");
        looks.end("11:02:01", Looks.refreshed("11:02:00", "11:02:01"));
        assertThat(statusOf(HookOccasion.between(second, looks.status()))).isEqualTo("Succeeded");
    }

    @Test
    void aCheckIsNone() {
        var before = MaterializedViewRefreshStatus.EMPTY;
        assertThat(HookOccasion.between(before, looks.status())).isNull();
        assertThat(HookOccasion.recent(looks.status(), Looks.at("10:00:03"))).isNull();
    }

    @Test
    void whatHasJustEndedIsOneForWhoeverSeesItFirst() {
        looks.look("11:00:00");
        looks.end("11:00:02", Looks.refreshed("11:00:00", "11:00:01"));
        assertThat(HookOccasion.recent(looks.status(), Looks.at("11:04:50"))).isEqualTo(last(looks.status()));
        assertThat(HookOccasion.recent(looks.status(), Looks.at("11:06:00"))).isNull();
    }

    private static @Nullable String statusOf(@Nullable RefreshRecord run) {
        return run == null ? null : run.status();
    }

    private static RefreshRecord last(MaterializedViewRefreshStatus status) {
        return Objects.requireNonNull(status.lastRefresh());
    }
}
