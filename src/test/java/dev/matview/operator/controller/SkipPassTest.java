package dev.matview.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.matview.operator.api.Condition;
import dev.matview.operator.api.Execution;
import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshSpec;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.api.ViewWarning;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewIdentity;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.postgres.ViewVersion;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Purpose;
import dev.matview.operator.refresh.SkipPolicy;
import dev.matview.operator.refresh.Trigger;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the status makes of runs that may be skipped. */
class SkipPassTest {
    private static final Pacing PACING = new Pacing(
            new Backoff(Duration.ofSeconds(15), Duration.ofMinutes(5)),
            new Backoff(Duration.ofSeconds(15), Duration.ofMinutes(5)),
            () -> 0);

    private MaterializedViewRefreshStatus status = MaterializedViewRefreshStatus.EMPTY;
    private Execution execution = Execution.IN_OPERATOR;
    private Gate gate = Gate.OPEN;

    @Test
    void aSkippedRunIsAsFreshAsARefreshAndHandsTheFingerprintOn() {
        end(11, refreshed(11, List.of(), "first"));
        assertThat(fingerprint()).isEqualTo("first");
        end(12, unchanged(12, "second"));
        assertThat(fingerprint()).isEqualTo("second");
        assertThat(status.lastRefreshStatus()).isEqualTo("Skipped");
        assertThat(status.lastSuccessTime()).isEqualTo(at(12, 0));
        assertThat(status.lastScheduleTime()).isEqualTo(at(12, 0));
        assertThat(status.consecutiveFailures()).isZero();
        assertThat(status.condition("Ready")).returns("True", Condition::status).returns("Skipped", Condition::reason);
        assertThat(status.history())
                .extracting(RefreshRecord::reason, RefreshRecord::fingerprint)
                .containsExactly(tuple("Unchanged", null), tuple(null, null));
    }

    @Test
    void aRunThatDidNotGoWellLeavesNoFingerprint() {
        end(11, refreshed(11, List.of(), "first"));
        var failure = new Failure(Reason.DATA_ERROR, "what is wrong, and the fix");
        end(12, new Outcome.Failed(failure, facts(), at(12, 0), at(12, 3), 1, Duration.ZERO));
        assertThat(fingerprint()).isNull();
        assertThat(status.consecutiveFailures()).isEqualTo(1);
        end(13, unchanged(13, "second"));
        assertThat(status.consecutiveFailures()).isZero();
    }

    @Test
    void aSkippedRunIsAnnouncedAsNormalAndAWarningOnce() {
        var warning = new ViewWarning("CannotSkip", "it uses now");
        assertThat(announcedBy(() -> end(11, refreshed(11, List.of(warning), null))))
                .contains(new Announcement("Warning", "CannotSkip", "it uses now"));
        assertThat(announcedBy(() -> end(12, refreshed(12, List.of(warning), null))))
                .extracting(Announcement::reason)
                .containsExactly("Refreshed");
        assertThat(announcedBy(() -> end(13, unchanged(13, "x"))))
                .containsExactly(new Announcement(
                        "Normal",
                        "Unchanged",
                        "nothing that it depends on has changed since the refresh at 2026-11-21T10:00:00Z",
                        true));
    }

    @Test
    void aWarningGoesWithItsCause() {
        end(11, refreshed(11, List.of(new ViewWarning("CannotSkip", "it uses now")), null));
        end(12, refreshed(12, List.of(), "first"));
        assertThat(Objects.requireNonNull(status.view()).warnings()).isEmpty();
    }

    @Test
    void aSkippedRunLeavesWhatElseWasFound() {
        var found = new ViewWarning("VolatileColumns", "it calls random()");
        end(11, refreshed(11, List.of(found, new ViewWarning("CannotSkip", "it uses now")), "first"));
        end(12, unchanged(12, "second"));
        assertThat(Objects.requireNonNull(status.view()).warnings()).containsExactly(found);
    }

    @Test
    void theNextRunIsNotTooLateToKeepMaxStaleness() {
        Plan plan = Plan.of(spec());
        var eleven = new Trigger.Schedule(at(11, 0));
        assertThat(plan.skipPolicy(eleven, null, at(11, 0))).isEqualTo(new SkipPolicy(Duration.ofHours(23), null));
        assertThat(plan.skipPolicy(eleven, null, at(11, 45)))
                .isEqualTo(new SkipPolicy(Duration.ofMinutes(23 * 60 + 45), null));
        assertThat(plan.skipPolicy(eleven, null, at(11, 0).minusSeconds(1)))
                .as("prepared in the second before")
                .isEqualTo(new SkipPolicy(Duration.ofHours(23), null));
    }

    private void end(int hour, Outcome outcome) {
        var purpose = new Purpose(1, new Trigger.Schedule(at(hour, 0)), RefreshMode.CONCURRENT, null);
        var resource = new MaterializedViewRefresh();
        resource.setMetadata(new ObjectMetaBuilder()
                .withNamespace("ns")
                .withName("v")
                .withUid("uid")
                .withGeneration(1L)
                .withCreationTimestamp(at(10, 0).toString())
                .build());
        resource.setSpec(spec());
        var progress = new Progress.Ended(purpose, outcome, null, false, false);
        Plan plan = Plan.of(spec());
        Precedence nothing = new Ordering().precedence(ResourceKey.of(resource), plan, at(hour, 4));
        var pass =
                new Pass(resource, plan, status, progress, null, Delegation.NONE, nothing, gate, PACING, at(hour, 4));
        status = pass.status();
        gate = pass.gate();
    }

    private MaterializedViewRefreshSpec spec() {
        return Looks.spec("schedules: ['0 * * * *'], skipIfUnchanged: {maxStaleness: 24h}, execution: "
                + (execution == Execution.CRON_JOB ? "CronJob" : "InOperator"));
    }

    private @Nullable String fingerprint() {
        return Objects.requireNonNull(status.lastRefresh()).fingerprint();
    }

    private List<Announcement> announcedBy(Runnable happening) {
        MaterializedViewRefreshStatus before = status;
        happening.run();
        return Announcement.between(before, status);
    }

    private static Outcome refreshed(int hour, List<ViewWarning> warnings, @Nullable String fingerprint) {
        var version = new ViewVersion(1, 2, 3);
        var result = new RefreshResult(RefreshMode.CONCURRENT, 10L, 8192, 1, Duration.ZERO, version, 4, List.of());
        var duration = Duration.ofMinutes(3);
        return new Outcome.Refreshed(facts(), result, at(hour, 0), at(hour, 3), duration, warnings, fingerprint, null);
    }

    private static Outcome unchanged(int hour, String fingerprint) {
        var duration = Duration.ofMinutes(3);
        return new Outcome.Unchanged(facts(), at(hour, 0), at(hour, 3), duration, at(10, 0), List.of(), fingerprint);
    }

    private static ViewFacts facts() {
        return new ViewFacts(
                new ViewIdentity("7", "app", new ViewName("public", "v")),
                1,
                true,
                "app",
                true,
                false,
                10L,
                null,
                List.of(),
                List.of(new ViewFacts.UniqueIndex("v_key", null)),
                null,
                null,
                null);
    }

    private static Instant at(int hour, int minute) {
        return Instant.parse("2026-11-21T%02d:%02d:00Z".formatted(hour, minute));
    }
}
