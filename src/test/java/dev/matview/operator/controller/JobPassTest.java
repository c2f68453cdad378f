package dev.matview.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.matview.operator.api.BlueGreenSpec;
import dev.matview.operator.api.DatabaseSpec;
import dev.matview.operator.api.Execution;
import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshSpec;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.api.SecretReference;
import dev.matview.operator.api.SkipReason;
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
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One resource of execution CronJob from look to look: what the operator leaves to the CronJob controller, and what not. */
class JobPassTest {
    private static final Pacing PACING = new Pacing(
            new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(5)),
            new Backoff(Duration.ofSeconds(15), Duration.ofMinutes(5)));

    private MaterializedViewRefreshStatus status = MaterializedViewRefreshStatus.EMPTY;
    private Map<String, String> annotations = Map.of();
    private Delegation delegation = new Delegation(true, at("10:00:01"), false);
    private Gate gate = Gate.OPEN;
    private NextStep next = new NextStep.Wait(null);

    @BeforeEach
    void settle() {
        look("10:00:02");
        assertThat(next).isEqualTo(new NextStep.Start(new Trigger.Check()));
        end("10:00:05", new Trigger.Check(), new Outcome.Checked(facts(), List.of()));
        assertThat(next).isEqualTo(new NextStep.Wait(at("11:00:00")));
    }

    @Test
    void aScheduledTimeIsTheControllersAndNothingIsWrittenForIt() {
        var before = status;
        look("11:00:00");
        assertThat(next).isEqualTo(new NextStep.Delegated());
        assertThat(status).isEqualTo(before);
        pass(new Progress.UnderWay(purpose(hour(11)), null, null), "11:00:01");
        assertThat(status).isEqualTo(before);
        end("11:00:09", hour(11), refreshed("11:00:03", "11:00:08"));
        assertThat(next).isEqualTo(new NextStep.Wait(at("12:00:00")));
        assertThat(status.lastScheduleTime()).isEqualTo(at("11:00:00"));
        assertThat(status.lastRefresh()).isNotNull().returns("job", RefreshRecord::job);
        assertThat(status.missedSchedules()).isNull();
    }

    @Test
    void aTimeBeforeTheCronJobIsMadeUpByTheOperator() {
        delegation = new Delegation(true, at("11:00:00"), false);
        look("11:00:01");
        assertThat(next).isEqualTo(new NextStep.Start(hour(11)));
        delegation = new Delegation(true, null, false);
        look("12:00:01");
        assertThat(next).isEqualTo(new NextStep.Start(hour(12)));
    }

    @Test
    void aRunThatCouldNotReachTheDatabaseIsTriedAgainByTheOperator() {
        end("11:00:09", hour(11), failed(Reason.UNREACHABLE, "11:00:08"));
        assertThat(next).isEqualTo(new NextStep.Wait(at("11:00:19")));
        look("11:00:19");
        assertThat(next).isEqualTo(new NextStep.Start(hour(11)));
        end("11:00:25", hour(11), refreshed("11:00:20", "11:00:24"));
        assertThat(status.history()).singleElement().returns(2L, RefreshRecord::attempts);
        assertThat(next).isEqualTo(new NextStep.Wait(at("12:00:00")));
    }

    @Test
    void aRunWhosePodWasStoppedIsMadeUpAtOnce() {
        end("11:00:09", hour(11), failed(Reason.INTERRUPTED, "11:00:08"));
        assertThat(next).isEqualTo(new NextStep.Start(hour(11)));
        end("11:00:19", hour(11), failed(Reason.INTERRUPTED, "11:00:18"));
        assertThat(next).as("not always at once").isEqualTo(new NextStep.Wait(at("11:00:29")));
    }

    @Test
    void whatFellDueDuringARunIsTheControllersToStart() {
        end("12:10:00", hour(11), refreshed("11:00:00", "12:10:00"));
        assertThat(status.lastScheduleTime()).isEqualTo(at("11:00:00"));
        assertThat(next).isEqualTo(new NextStep.Delegated());
        end("12:11:00", hour(12), refreshed("12:10:01", "12:10:59"));
        assertThat(status.missedSchedules()).isNull();
        assertThat(status.lastScheduleTime()).isEqualTo(at("12:00:00"));
    }

    @Test
    void oneThatWasLeftToAnotherIsInTheHistoryAlone() {
        var skipped = new Outcome.Skipped(
                SkipReason.COALESCED, "another schedule has the same time", at("11:00:02"), at("11:00:02"));
        end("11:00:03", hour(11), skipped);
        assertThat(status.lastRefreshStatus()).isNull();
        assertThat(next).isEqualTo(new NextStep.Delegated());
        end("11:00:09", hour(11), refreshed("11:00:03", "11:00:08"));
        assertThat(status.history())
                .extracting(RefreshRecord::status, RefreshRecord::reason)
                .containsExactly(tuple("Succeeded", null), tuple("Skipped", "Coalesced"));
        assertThat(status.consecutiveFailures()).isZero();
        assertThat(next).isEqualTo(new NextStep.Wait(at("12:00:00")));
    }

    @Test
    void oneThatWasShownAsRunningBeforeItWasLeftOutIsNotTheLastRun() {
        end("11:00:09", hour(11), refreshed("11:00:03", "11:00:08"));
        var last = status.lastRefresh();
        pass(new Progress.UnderWay(purpose(hour(11)), at("11:00:10"), null), "11:00:14");
        assertThat(status.lastRefreshStatus()).isEqualTo("Running");
        var skipped = new Outcome.Skipped(SkipReason.COALESCED, "left out", at("11:00:15"), at("11:00:15"));
        end("11:00:16", hour(11), skipped);
        assertThat(status.lastRefresh()).isEqualTo(last);
        assertThat(status.lastRefreshStatus()).isEqualTo("Succeeded");
        look("11:00:17");
        assertThat(status.history()).hasSize(2);
    }

    @Test
    void aJobThatIsGoneDuringItsRunIsNotRunAgain() {
        annotations = Map.of(MaterializedViewRefresh.REFRESH_REQUESTED, "a");
        pass(new Progress.UnderWay(purpose(new Trigger.Manual("a")), at("10:30:00"), null), "10:30:05");
        assertThat(status.lastRefreshStatus()).isEqualTo("Running");
        look("10:30:10");
        assertThat(status.lastRefresh()).isNotNull().returns("JobDeleted", RefreshRecord::reason);
        assertThat(status.lastHandledRefreshRequest()).isEqualTo("a");
        assertThat(next).isEqualTo(new NextStep.Wait(at("11:00:00")));
    }

    @Test
    void aJobMadeByHandAnswersNoRequest() {
        annotations = Map.of(MaterializedViewRefresh.REFRESH_REQUESTED, "a");
        end("10:30:00", new Trigger.Manual("a"), refreshed("10:29:00", "10:29:59"));
        end("10:40:00", new Trigger.Manual(null), refreshed("10:39:00", "10:39:59"));
        assertThat(status.lastHandledRefreshRequest()).isEqualTo("a");
        assertThat(status.history()).hasSize(2);
        assertThat(next).isEqualTo(new NextStep.Wait(at("11:00:00")));
    }

    @Test
    void whatKeepsAPodFromStartingIsSaidAndTakenBack() {
        var obstacle = new Failure(Reason.IMAGE_NOT_PULLED, "the node can't get the image");
        pass(new Progress.UnderWay(purpose(hour(11)), null, obstacle), "11:00:05");
        assertThat(ready()).isEqualTo("ImageNotPulled");
        assertThat(next).isEqualTo(new NextStep.Wait(at("11:00:35")));
        var said = status;
        pass(new Progress.UnderWay(purpose(hour(11)), null, obstacle), "11:00:35");
        assertThat(status).isEqualTo(said);
        pass(new Progress.UnderWay(purpose(hour(11)), at("11:00:40"), null), "11:00:41");
        assertThat(ready()).isEqualTo("Valid");
    }

    @Test
    void atTheDeadlineItIsTheObstacleThatCounts() {
        var obstacle = new Failure(Reason.POD_NOT_SCHEDULED, "no node has room");
        pass(new Progress.UnderWay(purpose(hour(11)), null, obstacle), "11:00:05");
        pass(new Progress.UnderWay(purpose(hour(11)), null, null), "11:29:59");
        assertThat(ready()).as("its pod is gone, not started").isEqualTo("PodNotScheduled");
        end("11:30:00", hour(11), failed(Reason.DEADLINE_EXCEEDED, "11:30:00"));
        assertThat(ready()).isEqualTo("PodNotScheduled");
        assertThat(status.history()).singleElement().returns("no node has room", RefreshRecord::message);
        look("11:30:10");
        assertThat(next).as("tried again").isEqualTo(new NextStep.Start(hour(11)));
    }

    @Test
    void theResultsOfSeveralJobsAreRecordedOneAfterTheOther() {
        var first = new Progress.Ended(purpose(hour(11)), refreshed("11:00:03", "11:00:08"), List.of("uid-1"), true);
        annotations = Map.of(MaterializedViewRefresh.REFRESH_REQUESTED, "a");
        pass(first, "11:00:09");
        assertThat(next).as("nothing is started before all are looked at").isEqualTo(new NextStep.Wait(at("11:00:09")));
        assertThat(status.recordedJobs()).containsExactly("uid-1");
    }

    @Test
    void aJobOfAnEarlierGenerationTakesNothingBack() {
        end(
                "10:10:00",
                new Purpose(7, new Trigger.Check(), RefreshMode.CONCURRENT, "job"),
                new Outcome.Checked(facts(), List.of()));
        end("10:10:05", new Purpose(1, hour(10), RefreshMode.CONCURRENT, "job"), refreshed("10:10:01", "10:10:04"));
        assertThat(status.observedGeneration()).isEqualTo(7);
    }

    private static Trigger.Schedule hour(int hour) {
        return new Trigger.Schedule(at(hour + ":00:00"));
    }

    private String ready() {
        return java.util.Objects.requireNonNull(status.condition("Ready")).reason();
    }

    private void look(String time) {
        pass(null, time);
    }

    private void end(String time, Trigger trigger, Outcome outcome) {
        end(time, purpose(trigger), outcome);
    }

    private void end(String time, Purpose purpose, Outcome outcome) {
        pass(new Progress.Ended(purpose, outcome, List.of(), false), time);
    }

    private static Purpose purpose(Trigger trigger) {
        return new Purpose(1, trigger, RefreshMode.CONCURRENT, "job");
    }

    private void pass(@Nullable Progress progress, String time) {
        var resource = new MaterializedViewRefresh();
        resource.setMetadata(new ObjectMetaBuilder()
                .withNamespace("ns")
                .withName("v")
                .withUid("uid")
                .withGeneration(1L)
                .withCreationTimestamp("2026-11-21T10:00:00Z")
                .withAnnotations(annotations)
                .build());
        var spec = new MaterializedViewRefreshSpec(
                new DatabaseSpec(new SecretReference("s"), null, null, null, TlsSpec.VERIFY_FULL),
                new ViewSpec("public", "v"),
                RefreshMode.CONCURRENT,
                BlueGreenSpec.DEFAULT,
                List.of("0 * * * *"),
                false,
                "Etc/UTC",
                null,
                false,
                TimeoutsSpec.DEFAULT,
                Execution.CRON_JOB,
                null,
                null,
                null);
        resource.setSpec(spec);
        var pass = new Pass(resource, Plan.of(spec), status, progress, null, delegation, gate, PACING, at(time));
        status = pass.status();
        gate = pass.gate();
        next = pass.next();
    }

    private static Instant at(String time) {
        return Instant.parse("2026-11-21T" + time + "Z");
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
                null);
    }

    private static Outcome refreshed(String start, String end) {
        var result = new RefreshResult(
                RefreshMode.CONCURRENT, 10L, 8192, 1, Duration.ZERO, new ViewVersion(1, 2, 3), 4, List.of());
        var duration = Duration.between(at(start), at(end));
        return new Outcome.Refreshed(facts(), result, at(start), at(end), duration, List.of(), null, null);
    }

    private static Outcome failed(Reason reason, String end) {
        return new Outcome.Failed(
                new Failure(reason, "what is wrong, and the fix"), null, at(end), at(end), 1, Duration.ZERO);
    }
}
