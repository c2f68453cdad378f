package dev.matview.operator.postgres.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.ViewVersion;
import dev.matview.operator.postgres.fingerprint.Reading.Known;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class FingerprintTest {
    private static final Instant TIME = Instant.parse("2026-11-21T10:00:00.123456Z");
    private static final ViewVersion VIEW = new ViewVersion(7, 8, 9);
    private static final Sessions DONE = new Sessions(Set.of(), null);
    private static final Fingerprint KEPT =
            new Fingerprint(TIME, "catalog", "counters", VIEW, new Snapshot(10, Set.of(5L)), 10);

    /** One transaction has ended since, on the server. */
    private final Moment busyServer = moment(TIME.plusSeconds(3600), new Snapshot(12, Set.of(5L)));

    @Test
    void itSurvivesTheStatusAsText() {
        assertThat(Fingerprint.parse(KEPT.format())).isEqualTo(KEPT);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "x",
                "1|2|3",
                "0|2026-11-21T10:00:00Z|a|b|7/8/9|0:10:|10",
                "1|yesterday|a|b|7/8/9|0:10:|10",
                "1|2026-11-21T10:00:00Z|a|b|7/8|0:10:|10",
                "1|2026-11-21T10:00:00Z|a|b|7/8/9|0:10:|ten",
                "1|2026-11-21T10:00:00Z|a|b|7/8/9|0:10:|10|more"
            })
    void anythingElseIsNone(@Nullable String text) {
        assertThat(Fingerprint.parse(text)).isNull();
    }

    @Test
    void itIsKeptWithTheViewAsTheRefreshLeftIt() {
        var result = new RefreshResult(
                RefreshMode.STANDARD, 1L, 1, 1, Duration.ZERO, new ViewVersion(7, 80, 90), 90, List.of());
        Known known = known(busyServer, "catalog", "counters", VIEW, DONE);
        assertThat(known.keep(result))
                .isEqualTo(new Fingerprint(
                        busyServer.time(),
                        "catalog",
                        "counters",
                        new ViewVersion(7, 80, 90),
                        busyServer.snapshot(),
                        90));
        var another = new RefreshResult(
                RefreshMode.STANDARD, 1L, 1, 1, Duration.ZERO, new ViewVersion(6, 80, 90), 90, List.of());
        assertThat(known.keep(another)).isNull();
    }

    @Test
    void aServerOnWhichNothingEndedButTheRefreshProvesItWhateverTheCountersSay() {
        Moment quiet = moment(TIME.plusSeconds(1), new Snapshot(11, Set.of(5L)));
        assertThat(Verdict.of(KEPT, known(quiet, "catalog", "late", VIEW, new Sessions(Set.of(42), "never"))))
                .isEqualTo(
                        new Verdict.Unchanged(new Fingerprint(TIME, "catalog", "counters", VIEW, quiet.snapshot(), 0)));
    }

    @Test
    void countersProveItWhenAllSessionsHaveHandedOver() {
        assertThat(Verdict.of(KEPT, known(busyServer, "catalog", "counters", VIEW, DONE)))
                .isEqualTo(new Verdict.Unchanged(
                        new Fingerprint(TIME, "catalog", "counters", VIEW, busyServer.snapshot(), 0)));
    }

    @Test
    void afterSeveralLooksItHoldsForTheMomentOfTheFirst() {
        Moment later = moment(busyServer.time().plusSeconds(16), new Snapshot(20, Set.of()));
        var known = new Known(later, busyServer, "catalog", "counters", VIEW, DONE);
        assertThat(Verdict.of(KEPT, known)).isInstanceOfSatisfying(Verdict.Unchanged.class, unchanged -> assertThat(
                        unchanged.confirmed().snapshot())
                .isEqualTo(busyServer.snapshot()));
    }

    @Test
    void anyDifferenceIsAChange() {
        var changed = new Verdict.Changed();
        assertThat(Verdict.of(KEPT, known(busyServer, "other", "counters", VIEW, DONE)))
                .isEqualTo(changed);
        assertThat(Verdict.of(KEPT, known(busyServer, "catalog", "other", VIEW, DONE)))
                .isEqualTo(changed);
        assertThat(Verdict.of(KEPT, known(busyServer, "catalog", "counters", new ViewVersion(7, 8, 10), DONE)))
                .isEqualTo(changed);
    }

    @Test
    void countersThatMayBeLateAreLookedAtAgainAndThoseThatAreNotReliableNever() {
        assertThat(Verdict.of(KEPT, known(busyServer, "catalog", "counters", VIEW, new Sessions(Set.of(43, 42), null))))
                .isEqualTo(new Verdict.InDoubt(
                        "server process 42 may have written what is not counted yet", Duration.ofMillis(15_100)));
        assertThat(Verdict.of(KEPT, known(busyServer, "catalog", "counters", VIEW, new Sessions(Set.of(42), "never"))))
                .isEqualTo(new Verdict.InDoubt("never", Duration.ZERO));
    }

    @Test
    void aSnapshotThatWasNotKeptProvesNothing() {
        var kept = Objects.requireNonNull(
                Fingerprint.parse(new Fingerprint(TIME, "catalog", "counters", VIEW, null, 10).format()));
        Moment quiet = moment(TIME.plusSeconds(1), new Snapshot(11, Set.of(5L)));
        assertThat(Verdict.of(kept, known(quiet, "catalog", "counters", VIEW, new Sessions(Set.of(), "never"))))
                .isInstanceOf(Verdict.InDoubt.class);
    }

    private static Moment moment(Instant time, Snapshot snapshot) {
        return new Moment(1, time, snapshot, "environment", null);
    }

    private static Known known(Moment moment, String catalog, String counters, ViewVersion view, Sessions sessions) {
        return new Known(moment, moment, catalog, counters, view, sessions);
    }
}
