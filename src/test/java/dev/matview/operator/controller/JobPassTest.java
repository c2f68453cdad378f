package dev.matview.operator.controller;

import static dev.matview.operator.controller.Looks.at;
import static dev.matview.operator.controller.Looks.facts;
import static dev.matview.operator.controller.Looks.failed;
import static dev.matview.operator.controller.Looks.refreshed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.api.SkipReason;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Purpose;
import dev.matview.operator.refresh.Trigger;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One resource of execution CronJob from look to look: what the operator leaves to the CronJob controller, and what not. */
class JobPassTest {
    private final Looks resource = Looks.inJobs();

    @Test
    void aScheduledTimeIsTheControllersAndNothingIsWrittenForIt() {
        var before = resource.status();
        resource.look("11:00:00");
        assertThat(resource.next()).isEqualTo(new NextStep.Delegated());
        assertThat(resource.status()).isEqualTo(before);
        resource.pass(new Progress.UnderWay(resource.purpose(hour(11)), null, null), "11:00:01");
        assertThat(resource.status()).isEqualTo(before);
        resource.end("11:00:09", hour(11), refreshed("11:00:03", "11:00:08"));
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("12:00:00")));
        assertThat(resource.status().lastScheduleTime()).isEqualTo(at("11:00:00"));
        assertThat(resource.status().lastRefresh()).isNotNull().returns("job", RefreshRecord::job);
        assertThat(resource.status().missedSchedules()).isNull();
    }

    @Test
    void aTimeBeforeTheCronJobIsMadeUpByTheOperator() {
        resource.delegation(new Delegation(true, at("11:00:00"), false));
        resource.look("11:00:01");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(hour(11)));
        resource.delegation(new Delegation(true, null, false));
        resource.look("12:00:01");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(hour(12)));
    }

    @Test
    void aRunThatCouldNotReachTheDatabaseIsTriedAgainByTheOperator() {
        resource.end("11:00:09", hour(11), failed(Reason.UNREACHABLE, null, "11:00:08", "11:00:08"));
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:00:19")));
        resource.look("11:00:19");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(hour(11)));
        resource.end("11:00:25", hour(11), refreshed("11:00:20", "11:00:24"));
        assertThat(resource.status().history()).singleElement().returns(2L, RefreshRecord::attempts);
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("12:00:00")));
    }

    @Test
    void aRunWhosePodWasStoppedIsMadeUpAtOnce() {
        resource.end("11:00:09", hour(11), failed(Reason.INTERRUPTED, null, "11:00:08", "11:00:08"));
        assertThat(resource.next()).isEqualTo(new NextStep.Start(hour(11)));
        resource.end("11:00:19", hour(11), failed(Reason.INTERRUPTED, null, "11:00:18", "11:00:18"));
        assertThat(resource.next()).as("not always at once").isEqualTo(new NextStep.Wait(at("11:00:29")));
    }

    @Test
    void whatFellDueDuringARunIsTheControllersToStart() {
        resource.end("12:10:00", hour(11), refreshed("11:00:00", "12:10:00"));
        assertThat(resource.status().lastScheduleTime()).isEqualTo(at("11:00:00"));
        assertThat(resource.next()).isEqualTo(new NextStep.Delegated());
        resource.end("12:11:00", hour(12), refreshed("12:10:01", "12:10:59"));
        assertThat(resource.status().missedSchedules()).isNull();
        assertThat(resource.status().lastScheduleTime()).isEqualTo(at("12:00:00"));
    }

    @Test
    void oneThatWasLeftToAnotherIsInTheHistoryAlone() {
        var skipped = new Outcome.Skipped(
                SkipReason.COALESCED, "another schedule has the same time", at("11:00:02"), at("11:00:02"));
        resource.end("11:00:03", hour(11), skipped);
        assertThat(resource.status().lastRefreshStatus()).isNull();
        assertThat(resource.next()).isEqualTo(new NextStep.Delegated());
        resource.end("11:00:09", hour(11), refreshed("11:00:03", "11:00:08"));
        assertThat(resource.status().history())
                .extracting(RefreshRecord::status, RefreshRecord::reason)
                .containsExactly(tuple("Succeeded", null), tuple("Skipped", "Coalesced"));
        assertThat(resource.status().consecutiveFailures()).isZero();
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("12:00:00")));
    }

    @Test
    void oneThatWasShownAsRunningBeforeItWasLeftOutIsNotTheLastRun() {
        resource.end("11:00:09", hour(11), refreshed("11:00:03", "11:00:08"));
        var last = resource.status().lastRefresh();
        resource.pass(new Progress.UnderWay(resource.purpose(hour(11)), at("11:00:10"), null), "11:00:14");
        assertThat(resource.status().lastRefreshStatus()).isEqualTo("Running");
        var skipped = new Outcome.Skipped(SkipReason.COALESCED, "left out", at("11:00:15"), at("11:00:15"));
        resource.end("11:00:16", hour(11), skipped);
        assertThat(resource.status().lastRefresh()).isEqualTo(last);
        assertThat(resource.status().lastRefreshStatus()).isEqualTo("Succeeded");
        resource.look("11:00:17");
        assertThat(resource.status().history()).hasSize(2);
    }

    @Test
    void aJobThatIsGoneDuringItsRunIsNotRunAgain() {
        resource.request("a");
        resource.pass(
                new Progress.UnderWay(resource.purpose(new Trigger.Manual("a")), at("10:30:00"), null), "10:30:05");
        assertThat(resource.status().lastRefreshStatus()).isEqualTo("Running");
        resource.look("10:30:10");
        assertThat(resource.status().lastRefresh()).isNotNull().returns("JobDeleted", RefreshRecord::reason);
        assertThat(resource.status().lastHandledRefreshRequest()).isEqualTo("a");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:00:00")));
    }

    @Test
    void aJobMadeByHandAnswersNoRequest() {
        resource.request("a");
        resource.end("10:30:00", new Trigger.Manual("a"), refreshed("10:29:00", "10:29:59"));
        resource.end("10:40:00", new Trigger.Manual(null), refreshed("10:39:00", "10:39:59"));
        assertThat(resource.status().lastHandledRefreshRequest()).isEqualTo("a");
        assertThat(resource.status().history()).hasSize(2);
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:00:00")));
    }

    @Test
    void whatKeepsAPodFromStartingIsSaidAndTakenBack() {
        var obstacle = new Failure(Reason.IMAGE_NOT_PULLED, "the node can't get the image");
        resource.pass(new Progress.UnderWay(resource.purpose(hour(11)), null, obstacle), "11:00:05");
        assertThat(resource.ready().reason()).isEqualTo("ImageNotPulled");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:00:35")));
        var said = resource.status();
        resource.pass(new Progress.UnderWay(resource.purpose(hour(11)), null, obstacle), "11:00:35");
        assertThat(resource.status()).isEqualTo(said);
        resource.pass(new Progress.UnderWay(resource.purpose(hour(11)), at("11:00:40"), null), "11:00:41");
        assertThat(resource.ready().reason()).isEqualTo("Valid");
    }

    @Test
    void atTheDeadlineItIsTheObstacleThatCounts() {
        var obstacle = new Failure(Reason.POD_NOT_SCHEDULED, "no node has room");
        resource.pass(new Progress.UnderWay(resource.purpose(hour(11)), null, obstacle), "11:00:05");
        resource.pass(new Progress.UnderWay(resource.purpose(hour(11)), null, null), "11:29:59");
        assertThat(resource.ready().reason()).as("its pod is gone, not started").isEqualTo("PodNotScheduled");
        resource.end("11:30:00", hour(11), failed(Reason.DEADLINE_EXCEEDED, null, "11:30:00", "11:30:00"));
        assertThat(resource.ready().reason()).isEqualTo("PodNotScheduled");
        assertThat(resource.status().history()).singleElement().returns("no node has room", RefreshRecord::message);
        resource.look("11:30:10");
        assertThat(resource.next()).as("tried again").isEqualTo(new NextStep.Start(hour(11)));
    }

    @Test
    void aScheduledRunWhosePodDidNotStartBeforeAnEditBeginsAnewAtOnce() {
        giveUp("11:05:00", hour(11));
        assertThat(resource.ready().reason()).isEqualTo("ImageNotPulled");
        assertThat(resource.status().history()).singleElement().returns("ImageNotPulled", RefreshRecord::reason);
        assertThat(resource.next()).isEqualTo(new NextStep.Start(hour(11)));
        resource.end("11:05:09", hour(11), refreshed("11:05:03", "11:05:08"));
        assertThat(resource.status().history())
                .singleElement()
                .returns("Succeeded", RefreshRecord::status)
                .returns(2L, RefreshRecord::attempts);
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("12:00:00")));
    }

    @Test
    void aRequestWhosePodDidNotStartBeforeAnEditIsAnsweredOnceByItsNextRun() {
        resource.request("a");
        giveUp("10:30:00", new Trigger.Manual("a"));
        assertThat(resource.status().lastHandledRefreshRequest()).isNull();
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Manual("a")));
        resource.end("10:31:00", new Trigger.Manual("a"), refreshed("10:30:30", "10:31:00"));
        assertThat(resource.status().lastHandledRefreshRequest()).isEqualTo("a");
        assertThat(resource.status().history()).hasSize(1);
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:00:00")));
    }

    @Test
    void aRunWhosePodDidNotStartBeforeItWasSuspendedWaits() {
        resource.declare("execution: CronJob, schedules: ['0 * * * *'], suspend: true, mode: Standard");
        giveUp("11:05:00", hour(11));
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(null));
        resource.declare("execution: CronJob, schedules: ['0 * * * *'], mode: Standard");
        resource.look("11:30:00");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(hour(11)));
    }

    private void giveUp(String time, Trigger trigger) {
        var outcome = failed(Reason.IMAGE_NOT_PULLED, null, time, time);
        resource.pass(new Progress.Ended(resource.purpose(trigger), outcome, List.of("given up"), false, true), time);
    }

    @Test
    void theResultsOfSeveralJobsAreRecordedOneAfterTheOther() {
        var first = new Progress.Ended(
                resource.purpose(hour(11)), refreshed("11:00:03", "11:00:08"), List.of("uid-1"), true, false);
        resource.request("a");
        resource.pass(first, "11:00:09");
        assertThat(resource.next())
                .as("nothing is started before all are looked at")
                .isEqualTo(new NextStep.Wait(at("11:00:09")));
        assertThat(resource.status().recordedJobs()).containsExactly("uid-1");
    }

    @Test
    void aJobOfAnEarlierGenerationTakesNothingBack() {
        resource.end(
                "10:10:00",
                new Purpose(7, new Trigger.Check(), RefreshMode.CONCURRENT, "job"),
                new Outcome.Checked(facts(true), List.of()));
        resource.end(
                "10:10:05", new Purpose(1, hour(10), RefreshMode.CONCURRENT, "job"), refreshed("10:10:01", "10:10:04"));
        assertThat(resource.status().observedGeneration()).isEqualTo(7);
    }

    private static Trigger.Schedule hour(int hour) {
        return new Trigger.Schedule(at(hour + ":00:00"));
    }
}
