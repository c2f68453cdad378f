package dev.matview.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.BlueGreenSpec;
import dev.matview.operator.api.Condition;
import dev.matview.operator.api.DatabaseSpec;
import dev.matview.operator.api.Execution;
import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshSpec;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.api.SecretReference;
import dev.matview.operator.api.TimeoutsSpec;
import dev.matview.operator.api.TlsSpec;
import dev.matview.operator.api.ViewSpec;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewIdentity;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.postgres.ViewVersion;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Purpose;
import dev.matview.operator.refresh.Trigger;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One resource from look to look, on times that the test chooses. */
class PassTest {
    private static final Instant CREATION = Instant.parse("2026-11-21T10:00:00Z");
    private static final Pacing PACING = new Pacing(
            new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(5)),
            new Backoff(Duration.ofSeconds(15), Duration.ofMinutes(5)));
    private static final ViewName VIEW = new ViewName("public", "v");

    private final Map<String, String> annotations = new HashMap<>();
    private MaterializedViewRefreshSpec spec = hourly(false, false, null);
    private long generation = 1;
    private MaterializedViewRefreshStatus status = MaterializedViewRefreshStatus.EMPTY;
    private Gate gate = Gate.OPEN;
    private @Nullable Failure objection;
    private NextStep next = new NextStep.Wait(null);

    @Test
    void aNewResourceIsCheckedAndThenWaitsForItsNextScheduledTime() {
        look("10:00:01");
        assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Check()));
        end("10:00:02", new Outcome.Checked(facts(true), List.of()));
        assertThat(next).isEqualTo(new NextStep.Wait(at("11:00:00")));
        assertThat(ready().status()).isEqualTo("True");
        assertThat(status.observedGeneration()).isEqualTo(1);
        assertThat(status.lastRefreshStatus()).isNull();
        assertThat(status.nextRefreshTime()).isEqualTo(at("11:00:00"));
    }

    @Test
    void aNewResourceThatWantsItIsRefreshedAtOnce() {
        spec = hourly(true, false, null);
        look("10:00:01");
        assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Immediate()));
        end("10:00:05", refreshed("10:00:01", "10:00:05"));
        assertThat(next).isEqualTo(new NextStep.Wait(at("11:00:00")));
        assertThat(status.lastRefreshStatus()).isEqualTo("Succeeded");
        assertThat(status.lastRefresh()).isNotNull();
        assertThat(status.history()).containsExactly(status.lastRefresh());
    }

    @Test
    void anUnpopulatedViewIsFilledAlsoWithoutASchedule() {
        spec = with(List.of(), false, false, null);
        look("10:00:01");
        end("10:00:02", new Outcome.Checked(facts(false), List.of()));
        assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Unpopulated()));
    }

    @Test
    void anUnpopulatedViewWhoseDataDoesNotFitIsNotTriedInALoop() {
        spec = with(List.of(), false, false, null);
        look("10:00:01");
        end("10:00:02", new Outcome.Checked(facts(false), List.of()));
        end("10:00:03", failed(Reason.DATA_ERROR, facts(false), "10:00:02", "10:00:03"));
        assertThat(next).isEqualTo(new NextStep.Wait(null));
    }

    @Test
    void aScheduledTimeIsAnsweredOnce() {
        settle();
        look("11:00:00");
        assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Schedule(at("11:00:00"))));
        end("11:00:04", refreshed("11:00:00", "11:00:04"));
        assertThat(next).isEqualTo(new NextStep.Wait(at("12:00:00")));
        assertThat(status.lastScheduleTime()).isEqualTo(at("11:00:00"));
        assertThat(status.missedSchedules()).isNull();
    }

    @Test
    void ofSeveralMissedTimesTheLatestIsMadeUpAndTheOthersAreCounted() {
        settle();
        look("14:30:00");
        assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Schedule(at("14:00:00"))));
        end("14:30:04", refreshed("14:30:00", "14:30:04"));
        assertThat(status.missedSchedules()).isEqualTo(3);
        assertThat(next).isEqualTo(new NextStep.Wait(at("15:00:00")));
    }

    @Test
    void aTimeBeyondTheDeadlineIsCountedAndLeftOut() {
        spec = hourly(false, false, 60L);
        settle();
        look("13:05:00");
        assertThat(next).isEqualTo(new NextStep.Wait(at("14:00:00")));
        assertThat(status.missedSchedules()).isEqualTo(3);
        assertThat(status.lastScheduleTime()).isEqualTo(at("13:00:00"));
        MaterializedViewRefreshStatus before = status;
        look("13:06:00");
        assertThat(status).isEqualTo(before);
    }

    @Test
    void aRunWhoseTurnCameTooLateIsCountedAsMissed() {
        settle();
        spec = hourly(false, false, 60L);
        look("11:00:00");
        assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Schedule(at("11:00:00"))));
        end("11:02:00", new Outcome.Missed(facts(true)));
        assertThat(status.missedSchedules()).isEqualTo(1);
        assertThat(status.history()).isEmpty();
        assertThat(ready().status()).isEqualTo("True");
        assertThat(next).isEqualTo(new NextStep.Wait(at("12:00:00")));
    }

    @Test
    void timesThatFallDueDuringARunAreCoalesced() {
        settle();
        look("11:00:00");
        end("13:10:00", refreshed("11:00:00", "13:10:00"));
        assertThat(next).isEqualTo(new NextStep.Wait(at("14:00:00")));
        assertThat(status.lastScheduleTime()).isEqualTo(at("13:00:00"));
        assertThat(status.missedSchedules()).isEqualTo(2);
    }

    @Test
    void nothingIsWrittenWhileNothingHappens() {
        settle();
        MaterializedViewRefreshStatus before = status;
        look("10:30:00");
        look("10:59:59");
        assertThat(status).isEqualTo(before);
    }

    @Test
    void aRequestIsAnsweredWithItsToken() {
        settle();
        request("a");
        look("10:10:00");
        assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Manual("a")));
        end("10:10:03", refreshed("10:10:00", "10:10:03"));
        assertThat(status.lastHandledRefreshRequest()).isEqualTo("a");
        assertThat(next).isEqualTo(new NextStep.Wait(at("11:00:00")));
    }

    @Test
    void aRequestDuringARunCausesOneMore() {
        settle();
        look("11:00:00");
        request("a");
        underWay("11:00:01", "11:00:00");
        assertThat(next).isInstanceOf(NextStep.Wait.class);
        request("b");
        end("11:00:04", refreshed("11:00:00", "11:00:04"));
        assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Manual("b")));
        end("11:00:08", refreshed("11:00:04", "11:00:08"));
        assertThat(status.lastHandledRefreshRequest()).isEqualTo("b");
        assertThat(status.history()).hasSize(2);
    }

    @Test
    void aRequestWorksWhileSuspendedAndTimesDoNot() {
        spec = hourly(false, true, null);
        settle();
        assertThat(status.nextRefreshTime()).isNull();
        look("11:00:00");
        assertThat(next).isEqualTo(new NextStep.Wait(null));
        request("a");
        look("11:00:01");
        assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Manual("a")));
    }

    @Test
    void onlyALongRunIsShownWhileItIsUnderWay() {
        settle();
        look("11:00:00");
        underWay("11:00:01", "11:00:00");
        assertThat(status.lastRefreshStatus()).isNull();
        assertThat(next).isEqualTo(new NextStep.Wait(at("11:00:02")));
        underWay("11:00:02", "11:00:00");
        assertThat(status.lastRefreshStatus()).isEqualTo("Running");
        assertThat(status.history()).isEmpty();
        assertThat(status.condition("Reconciling")).isNull();
    }

    @Test
    void aShortRunOnScheduleChangesTheStatusOnce() {
        settle();
        MaterializedViewRefreshStatus before = status;
        look("11:00:00");
        underWay("11:00:01", "11:00:00");
        assertThat(status).isEqualTo(before);
        end("11:00:01", refreshed("11:00:00", "11:00:01"));
        assertThat(status.nextRefreshTime()).isEqualTo(at("12:00:00"));
        MaterializedViewRefreshStatus after = status;
        look("11:00:02");
        assertThat(status).isEqualTo(after);
    }

    @Test
    void aRunThatTheOperatorDidNotSurviveIsRecordedAsInterruptedAndMadeUpOnce() {
        settle();
        look("11:00:00");
        underWay("11:00:03", "11:00:00");
        gate = Gate.OPEN;
        look("11:05:00");
        assertThat(status.history()).extracting(RefreshRecord::reason).containsExactly("Interrupted");
        assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Schedule(at("11:00:00"))));
        end("11:05:04", refreshed("11:05:00", "11:05:04"));
        assertThat(status.history()).extracting(RefreshRecord::status).containsExactly("Succeeded", "Failed");
        assertThat(next).isEqualTo(new NextStep.Wait(at("12:00:00")));
    }

    @Test
    void aRunThatTheOperatorEndsAsItStopsLeavesItsCauseOpen() {
        settle();
        look("11:00:00");
        end("11:00:30", failed(Reason.INTERRUPTED, null, "11:00:00", "11:00:30"));
        assertThat(status.history()).extracting(RefreshRecord::reason).containsExactly("Interrupted");
        assertThat(status.lastScheduleTime()).isNull();
        assertThat(ready().reason()).isEqualTo("Interrupted");
        assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Schedule(at("11:00:00"))));
    }

    @Test
    void aRequestWhoseRunWasInterruptedIsMadeUpWithItsToken() {
        settle();
        request("a");
        look("10:10:00");
        underWay("10:10:03", "10:10:00");
        look("10:12:00");
        assertThat(status.lastHandledRefreshRequest()).isNull();
        assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Manual("a")));
    }

    @Test
    void aRunThatInterruptsTheOperatorAgainAndAgainIsTriedMoreSlowly() {
        settle();
        look("11:00:00");
        underWay("11:00:03", "11:00:00");
        look("11:00:05");
        underWay("11:00:08", "11:00:05");
        look("11:00:10");
        assertThat(next).isEqualTo(new NextStep.Wait(at("11:00:20")));
    }

    @Test
    void anUnreachableDatabaseIsTriedAgainMoreSlowlyAndTheDueRunIsRecordedOnce() {
        settle();
        look("11:00:00");
        end("11:00:01", failed(Reason.UNREACHABLE, null, "11:00:00", "11:00:01"));
        assertThat(next).isEqualTo(new NextStep.Wait(at("11:00:11")));
        assertThat(status.nextRetryTime()).isEqualTo(at("11:00:11"));
        look("11:00:11");
        assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Schedule(at("11:00:00"))));
        end("11:00:12", failed(Reason.UNREACHABLE, null, "11:00:11", "11:00:12"));
        assertThat(next).isEqualTo(new NextStep.Wait(at("11:00:32")));
        assertThat(status.consecutiveFailures()).isEqualTo(1);
        look("11:00:32");
        end("11:00:40", refreshed("11:00:32", "11:00:40"));
        assertThat(status.history()).singleElement().satisfies(run -> {
            assertThat(run.status()).isEqualTo("Succeeded");
            assertThat(run.attempts()).isEqualTo(3);
            assertThat(run.startTime()).isEqualTo(at("11:00:00"));
        });
        assertThat(status.nextRetryTime()).isNull();
        assertThat(ready().status()).isEqualTo("True");
    }

    @Test
    void aNewRequestDoesNotWaitForTheNextTry() {
        settle();
        look("11:00:00");
        end("11:00:01", failed(Reason.UNREACHABLE, null, "11:00:00", "11:00:01"));
        request("a");
        look("11:00:02");
        assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Manual("a")));
        end("11:00:03", failed(Reason.UNREACHABLE, null, "11:00:02", "11:00:03"));
        assertThat(next).isInstanceOf(NextStep.Wait.class);
    }

    @Test
    void whatCannotWorkIsStalledCheckedMoreAndMoreSlowlyAndThenMadeUp() {
        settle();
        look("11:00:00");
        end("11:00:01", failed(Reason.VIEW_MISSING, null, "11:00:00", "11:00:01"));
        assertThat(status.condition("Stalled")).isNotNull();
        assertThat(status.nextRefreshTime()).isNull();
        assertThat(next).isEqualTo(new NextStep.Wait(at("11:00:16")));
        MaterializedViewRefreshStatus before = status;
        look("11:00:16");
        assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Check()));
        end("11:00:17", failed(Reason.VIEW_MISSING, null, "11:00:16", "11:00:17"));
        assertThat(status).isEqualTo(before);
        assertThat(next).isEqualTo(new NextStep.Wait(at("11:00:47")));
        look("11:00:47");
        end("11:00:48", new Outcome.Checked(facts(true), List.of()));
        assertThat(status.condition("Stalled")).isNull();
        assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Schedule(at("11:00:00"))));
    }

    @Test
    void whatOnlyTheRefreshItselfCanFindIsTriedMoreAndMoreSlowlyToo() {
        settle();
        look("11:00:00");
        end("11:00:00", failed(Reason.PERMISSION_DENIED, facts(true), "11:00:00", "11:00:00"));
        assertThat(next).isEqualTo(new NextStep.Wait(at("11:00:15")));
        look("11:00:15");
        end("11:00:15", new Outcome.Checked(facts(true), List.of()));
        assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Schedule(at("11:00:00"))));
        end("11:00:15", failed(Reason.PERMISSION_DENIED, facts(true), "11:00:15", "11:00:15"));
        assertThat(next).isEqualTo(new NextStep.Wait(at("11:00:45")));
        look("11:00:45");
        end("11:00:45", new Outcome.Checked(facts(true), List.of()));
        end("11:00:45", failed(Reason.PERMISSION_DENIED, facts(true), "11:00:45", "11:00:45"));
        assertThat(next).isEqualTo(new NextStep.Wait(at("11:01:45")));
        assertThat(status.history()).hasSize(1);
        generation = 2;
        look("11:01:00");
        assertThat(next).isInstanceOf(NextStep.Start.class);
        end("11:01:00", failed(Reason.PERMISSION_DENIED, facts(true), "11:01:00", "11:01:00"));
        assertThat(next).isEqualTo(new NextStep.Wait(at("11:01:15")));
    }

    @Test
    void aCheckThatCannotBeMadeLeavesAStalledResourceStalledAndIsMadeAgain() {
        spec = with(List.of(), false, false, null);
        look("10:00:01");
        end("10:00:02", failed(Reason.VIEW_MISSING, null, "10:00:01", "10:00:02"));
        look("10:00:17");
        MaterializedViewRefreshStatus before = status;
        for (Reason reason : List.of(Reason.UNREACHABLE, Reason.REFRESH_TIMEOUT, Reason.VIEW_BUSY)) {
            end("10:00:18", failed(reason, null, "10:00:17", "10:00:18"));
            assertThat(status).isEqualTo(before);
            assertThat(next).isInstanceOf(NextStep.Wait.class).isNotEqualTo(new NextStep.Wait(null));
            look("10:30:00");
            assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Check()));
        }
    }

    @Test
    void aRequestThatEndsTheOperatorAgainAndAgainIsTriedMoreSlowlyToo() {
        settle();
        request("a");
        look("10:10:00");
        underWay("10:10:03", "10:10:00");
        look("10:10:05");
        assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Manual("a")));
        underWay("10:10:08", "10:10:05");
        look("10:10:10");
        assertThat(next).isEqualTo(new NextStep.Wait(at("10:10:20")));
    }

    @Test
    void aRunThatWaitsForItsTurnIsNotShownAsRunning() {
        settle();
        look("11:00:00");
        MaterializedViewRefreshStatus before = status;
        pass(new Progress.UnderWay(lastPurpose(), null, null), "11:30:00");
        assertThat(status.lastRefreshStatus()).isEqualTo(before.lastRefreshStatus());
        assertThat(next).isEqualTo(new NextStep.Wait(at("11:30:02")));
    }

    @Test
    void dataThatDoesNotFitWaitsForTheNextScheduledTime() {
        settle();
        look("11:00:00");
        end("11:00:01", failed(Reason.DUPLICATE_ROWS, facts(true), "11:00:00", "11:00:01"));
        assertThat(ready().reason()).isEqualTo("DuplicateRows");
        assertThat(status.condition("Stalled")).isNull();
        assertThat(next).isEqualTo(new NextStep.Wait(at("12:00:00")));
    }

    @Test
    void aNewGenerationIsCheckedAtOnceAndItsSchedulesCountFromThen() {
        settle();
        spec = with(List.of("30 * * * *"), false, false, null);
        generation = 2;
        look("11:45:00");
        assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Check()));
        end("11:45:01", new Outcome.Checked(facts(true), List.of()));
        assertThat(next).isEqualTo(new NextStep.Wait(at("12:30:00")));
        assertThat(status.schedule()).isEqualTo("30 * * * *");
        assertThat(status.observedGeneration()).isEqualTo(2);
    }

    @Test
    void aGenerationThatCannotBeValidatedYetIsReconcilingAndTriedAgain() {
        look("10:00:01");
        end("10:00:02", failed(Reason.UNREACHABLE, null, "10:00:01", "10:00:02"));
        assertThat(status.condition("Reconciling")).isNotNull();
        assertThat(status.observedGeneration()).isNull();
        assertThat(next).isEqualTo(new NextStep.Wait(at("10:00:12")));
        MaterializedViewRefreshStatus before = status;
        look("10:00:12");
        end("10:00:13", failed(Reason.UNREACHABLE, null, "10:00:12", "10:00:13"));
        assertThat(status).isEqualTo(before);
    }

    @Test
    void theYoungerOfTwoResourcesIsStalledAndTakesOver() {
        settle();
        objection = new Failure(Reason.ALREADY_MANAGED, "the older resource \"a\" manages this view");
        look("11:00:00");
        assertThat(next).isEqualTo(new NextStep.Wait(null));
        assertThat(ready().reason()).isEqualTo("AlreadyManaged");
        objection = null;
        look("11:30:00");
        assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Check()));
        end("11:30:01", new Outcome.Checked(facts(true), List.of()));
        assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Schedule(at("11:00:00"))));
    }

    @Test
    void aSpecThatCannotBeReadIsStalledAndARequestIsAnswered() {
        spec = MaterializedViewRefreshSpec.unreadable("spec.mode holds what this version does not know");
        request("a");
        look("10:00:01");
        assertThat(next).isEqualTo(new NextStep.Wait(null));
        assertThat(ready().reason()).isEqualTo("UnreadableSpec");
        assertThat(status.lastHandledRefreshRequest()).isEqualTo("a");
        assertThat(status.history()).hasSize(1);
        look("10:00:02");
        assertThat(status.history()).hasSize(1);
    }

    @Test
    void theHistoryKeepsTheLastTenRuns() {
        settle();
        for (int minute = 1; minute <= 12; minute++) {
            request("t" + minute);
            String time = String.format("10:%02d:00", minute);
            look(time);
            end(time, refreshed(time, time));
        }
        assertThat(status.history()).hasSize(10);
        assertThat(status.history().getFirst().request()).isEqualTo("t12");
    }

    private void settle() {
        look("10:00:01");
        end("10:00:02", new Outcome.Checked(facts(true), List.of()));
    }

    private void request(String token) {
        annotations.put(MaterializedViewRefresh.REFRESH_REQUESTED, token);
    }

    private void look(String time) {
        pass(null, time);
    }

    private void underWay(String time, String start) {
        pass(new Progress.UnderWay(lastPurpose(), at(start), null), time);
    }

    private void end(String time, Outcome outcome) {
        pass(new Progress.Ended(lastPurpose(), outcome, null, false), time);
    }

    private @Nullable Trigger lastTrigger;

    private Purpose lastPurpose() {
        assertThat(lastTrigger).as("something was started").isNotNull();
        return new Purpose(generation, java.util.Objects.requireNonNull(lastTrigger), RefreshMode.CONCURRENT, null);
    }

    private void pass(@Nullable Progress progress, String time) {
        var pass = new Pass(
                resource(), Plan.of(spec), status, progress, objection, Delegation.NONE, gate, PACING, at(time));
        status = pass.status();
        gate = pass.gate();
        next = pass.next();
        if (next instanceof NextStep.Start(Trigger trigger)) {
            lastTrigger = trigger;
        }
    }

    private MaterializedViewRefresh resource() {
        var resource = new MaterializedViewRefresh();
        resource.setMetadata(new ObjectMetaBuilder()
                .withNamespace("ns")
                .withName("v")
                .withUid("uid")
                .withGeneration(generation)
                .withCreationTimestamp(CREATION.toString())
                .withAnnotations(Map.copyOf(annotations))
                .build());
        resource.setSpec(spec);
        return resource;
    }

    private Condition ready() {
        return java.util.Objects.requireNonNull(status.condition("Ready"));
    }

    private static Instant at(String time) {
        return Instant.parse("2026-11-21T" + time + "Z");
    }

    private static ViewFacts facts(boolean populated) {
        return new ViewFacts(
                new ViewIdentity("7", "app", VIEW),
                1,
                populated,
                "app",
                true,
                false,
                10L,
                null,
                List.of(),
                List.of(new ViewFacts.UniqueIndex("v_key", null)),
                null);
    }

    private static Outcome refreshed(String start, String end) {
        var result = new RefreshResult(
                RefreshMode.CONCURRENT, 10L, 8192, 1, Duration.ZERO, new ViewVersion(1, 2, 3), 4, List.of());
        var duration = Duration.between(at(start), at(end));
        return new Outcome.Refreshed(facts(true), result, at(start), at(end), duration, List.of(), null, null);
    }

    private static Outcome failed(Reason reason, @Nullable ViewFacts facts, String start, String end) {
        return new Outcome.Failed(
                new Failure(reason, "what is wrong, and the fix"), facts, at(start), at(end), 1, Duration.ZERO);
    }

    private static MaterializedViewRefreshSpec hourly(boolean immediate, boolean suspend, @Nullable Long deadline) {
        return with(List.of("0 * * * *"), immediate, suspend, deadline);
    }

    private static MaterializedViewRefreshSpec with(
            List<String> schedules, boolean immediate, boolean suspend, @Nullable Long deadline) {
        return new MaterializedViewRefreshSpec(
                new DatabaseSpec(new SecretReference("s"), null, null, null, TlsSpec.VERIFY_FULL),
                new ViewSpec("public", "v"),
                RefreshMode.CONCURRENT,
                BlueGreenSpec.DEFAULT,
                schedules,
                immediate,
                "Etc/UTC",
                deadline,
                suspend,
                TimeoutsSpec.DEFAULT,
                Execution.IN_OPERATOR,
                null,
                null,
                null);
    }
}
