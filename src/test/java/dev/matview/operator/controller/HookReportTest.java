package dev.matview.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.RefreshRecord;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class HookReportTest {
    private final Looks looks = Looks.inOperator();

    @Test
    void whatDidNotWorkIsSaidInTheRunAndAnnouncedOnce() {
        MaterializedViewRefreshStatus before = refreshed("11");
        HookReport report = HookReport.of(last(before), List.of("Redis: a: it is down", "webhook: b: it answers"));

        MaterializedViewRefreshStatus after = report.in(before);

        assertThat(last(after).message()).isEqualTo("hook Redis: a: it is down; hook webhook: b: it answers");
        assertThat(after.history().getFirst().message()).isEqualTo(last(after).message());
        assertThat(Announcement.between(before, after))
                .containsExactly(new Announcement(
                        "Warning", "HookFailed", "hook Redis: a: it is down; hook webhook: b: it answers"));
        assertThat(report.in(after)).isEqualTo(after);
        assertThat(Announcement.between(after, after)).isEmpty();
    }

    @Test
    void itIsAddedToWhatElseIsSaid() {
        MaterializedViewRefreshStatus before = refreshed("11");
        var first = HookReport.of(last(before), List.of("NOTIFY on channel \"a\" failed"));
        var second = HookReport.of(last(before), List.of("webhook: b: it answers"));

        MaterializedViewRefreshStatus after = second.in(first.in(before));

        assertThat(last(after).message()).isEqualTo("hook NOTIFY on channel \"a\" failed; hook webhook: b: it answers");
        assertThat(Announcement.between(first.in(before), after))
                .extracting(Announcement::message)
                .containsExactly("hook webhook: b: it answers");
    }

    @Test
    void aLaterRunKeepsItsOwnMessage() {
        HookReport report = HookReport.of(last(refreshed("11")), List.of("webhook: b: it answers"));

        MaterializedViewRefreshStatus after = report.in(refreshed("12"));

        assertThat(last(after).message()).isNull();
        assertThat(after.history())
                .extracting(RefreshRecord::message)
                .containsExactly(null, "hook webhook: b: it answers");
    }

    private MaterializedViewRefreshStatus refreshed(String hour) {
        if (looks.status().history().isEmpty()) {
            looks.settle();
        }
        looks.look(hour + ":00:00");
        looks.end(hour + ":00:02", Looks.refreshed(hour + ":00:00", hour + ":00:01"));
        return looks.status();
    }

    private static RefreshRecord last(MaterializedViewRefreshStatus status) {
        return Objects.requireNonNull(status.lastRefresh());
    }
}
