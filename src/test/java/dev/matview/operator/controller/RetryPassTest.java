package dev.matview.operator.controller;

import static dev.matview.operator.controller.Looks.at;
import static dev.matview.operator.controller.Looks.facts;
import static dev.matview.operator.controller.Looks.failed;
import static dev.matview.operator.controller.Looks.refreshed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Trigger;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** One resource from look to look while its database can't be reached: how often that is tried again, and what remains. */
class RetryPassTest {
    private static final String HOURLY = "schedules: ['0 * * * *']";

    private final Looks resource = Looks.inOperator();

    @Test
    void theDeclaredPausesCount() {
        declare("retry: {backoff: 1s, maxBackoff: 2s}");
        resource.look("11:00:00");
        unreachable("11:00:00");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:00:01")));
        retry("11:00:01");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:00:03")));
        retry("11:00:03");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:00:05")));
        assertThat(resource.status().retries()).isEqualTo(2);
    }

    @Test
    void whenTheLimitIsUsedUpTheNextTryIsAtTheNextScheduledTime() {
        declare("retry: {limit: 2}");
        resource.look("11:00:00");
        unreachable("11:00:00");
        retry("11:00:10");
        assertThat(resource.status()).returns(1L, MaterializedViewRefreshStatus::retries);
        retry("11:00:30");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("12:00:00")));
        assertThat(resource.status())
                .returns(null, MaterializedViewRefreshStatus::retries)
                .returns(null, MaterializedViewRefreshStatus::nextRetryTime)
                .returns(at("11:00:00"), MaterializedViewRefreshStatus::lastScheduleTime)
                .returns(at("12:00:00"), MaterializedViewRefreshStatus::nextRefreshTime)
                .returns(1L, MaterializedViewRefreshStatus::consecutiveFailures)
                .returns(null, MaterializedViewRefreshStatus::missedSchedules);
        assertThat(resource.ready())
                .satisfies(ready -> assertThat(ready.reason()).isEqualTo("Unreachable"))
                .satisfies(
                        ready -> assertThat(ready.message())
                                .endsWith(
                                        "; after 2 retries (retry.limit) the next try is at the next scheduled time or request"));
        assertThat(resource.status().history()).singleElement().returns(3L, RefreshRecord::attempts);
    }

    @Test
    void thatItIsNotTriedAgainIsAnnounced() {
        declare("retry: {limit: 1}");
        resource.look("11:00:00");
        unreachable("11:00:00");
        var before = resource.status();
        retry("11:00:10");
        assertThat(Announcement.between(before, resource.status()))
                .singleElement()
                .returns("Unreachable", Announcement::reason)
                .satisfies(a -> assertThat(a.message()).contains("after 1 retry (retry.limit)"));
        var over = resource.status();
        resource.look("11:30:00");
        assertThat(resource.status()).isEqualTo(over);
    }

    @Test
    void eachScheduledTimeHasItsOwnRetries() {
        declare("retry: {limit: 1}");
        resource.look("11:00:00");
        unreachable("11:00:00");
        retry("11:00:10");
        resource.look("12:00:00");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Schedule(at("12:00:00"))));
        unreachable("12:00:00");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("12:00:10")));
        assertThat(resource.status().consecutiveFailures()).isEqualTo(2);
        resource.look("12:00:10");
        resource.end("12:00:11", refreshed("12:00:10", "12:00:11"));
        assertThat(resource.status().retries()).isNull();
        assertThat(resource.status().history()).hasSize(2);
    }

    @Test
    void aTimeThatCameDuringTheLastTryIsNotGivenUpWithIt() {
        declare("retry: {limit: 0}");
        resource.look("11:00:00");
        resource.end("12:00:01", failed(Reason.UNREACHABLE, null, "11:00:00", "12:00:01"));
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Schedule(at("12:00:00"))));
    }

    @Test
    void withALimitOfNoneNothingIsTriedAgain() {
        declare("retry: {limit: 0}");
        resource.look("11:00:00");
        unreachable("11:00:00");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("12:00:00")));
        assertThat(resource.status().retries()).isNull();
    }

    @Test
    void aRequestIsAnsweredWhenItsRetriesAreUsedUp() {
        resource.declare("schedules: [], retry: {limit: 1}");
        resource.settle();
        resource.request("a");
        resource.look("10:10:00");
        unreachable("10:10:00");
        assertThat(resource.status().lastHandledRefreshRequest()).isNull();
        retry("10:10:10");
        assertThat(resource.status().lastHandledRefreshRequest()).isEqualTo("a");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(null));
        resource.request("b");
        resource.look("10:11:00");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Manual("b")));
    }

    @Test
    void whatNothingElseWouldMakeUpIsTriedWithoutALimit() {
        resource.declare("schedules: [], immediate: true, retry: {limit: 1, maxBackoff: 10s}");
        resource.look("10:00:01");
        resource.end("10:00:02", failed(Reason.UNREACHABLE, null, "10:00:01", "10:00:02"));
        for (int tries = 0; tries < 5; tries++) {
            assertThat(resource.status().nextRetryTime()).isNotNull();
            String time = "10:3" + tries + ":00";
            resource.look(time);
            assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Immediate()));
            unreachable(time);
        }
        assertThat(resource.status().retries()).isEqualTo(5);
    }

    @Test
    void withoutALimitARunStaysDueUntilItsDeadline() {
        resource.declare(HOURLY + ", startingDeadlineSeconds: 60");
        resource.settle();
        resource.look("11:00:00");
        unreachable("11:00:00");
        retry("11:00:10");
        retry("11:00:30");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:01:10")));
        resource.look("11:01:10");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("12:00:00")));
        assertThat(resource.status())
                .returns(null, MaterializedViewRefreshStatus::nextRetryTime)
                .returns(null, MaterializedViewRefreshStatus::retries);
    }

    @Test
    void aRunThatIsFoundTooLateAfterOthersHaveBeenMissedIsNotOneOfThem() {
        resource.declare("schedules: ['0,10,20,30 11 * * *'], startingDeadlineSeconds: 15");
        resource.settle();
        resource.look("11:00:00");
        unreachable("11:00:00");
        resource.look("11:31:00");
        assertThat(resource.status())
                .returns(3L, MaterializedViewRefreshStatus::missedSchedules)
                .returns(null, MaterializedViewRefreshStatus::retries);
    }

    @Test
    void aRestartForgetsNeitherTheTimeOfTheNextTryNorHowManyThereWere() {
        declare("retry: {limit: 3}");
        resource.look("11:00:00");
        unreachable("11:00:00");
        retry("11:00:10");
        resource.restart();
        var before = resource.status();
        resource.look("11:00:12");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:00:30")));
        assertThat(resource.status()).isEqualTo(before);
        resource.restart();
        retry("11:00:30");
        assertThat(resource.next()).as("the third pause").isEqualTo(new NextStep.Wait(at("11:01:10")));
        resource.restart();
        retry("11:01:10");
        assertThat(resource.status().retries()).as("the limit is used up").isNull();
    }

    @Test
    void afterARestartANewRequestAndANewGenerationDoNotWait() {
        declare("retry: {limit: 3}");
        resource.look("11:00:00");
        unreachable("11:00:00");
        resource.restart();
        resource.request("a");
        resource.look("11:00:02");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Manual("a")));
        resource.generation(2);
        resource.restart();
        resource.look("11:00:03");
        assertThat(resource.next()).isInstanceOf(NextStep.Start.class);
    }

    @Test
    void aClockThatIsSetBackDoesNotPutTheNextTryOff() {
        declare("retry: {limit: 3}");
        resource.look("11:00:00");
        unreachable("11:00:00");
        resource.restart();
        resource.look("10:30:00");
        assertThat(resource.next()).isInstanceOf(NextStep.Start.class);
    }

    @Test
    void aRunThatWasInterruptedDoesNotCountAsFailed() {
        declare("retry: {limit: 3}");
        resource.look("11:00:00");
        unreachable("11:00:00");
        assertThat(resource.status().consecutiveFailures()).isEqualTo(1);
        resource.look("11:00:10");
        resource.end("11:00:12", failed(Reason.INTERRUPTED, null, "11:00:10", "11:00:12"));
        assertThat(resource.status().consecutiveFailures()).isZero();
        assertThat(resource.next()).isInstanceOf(NextStep.Start.class);
    }

    @Test
    void dataAndLimitsAreNotTriedAgainBeforeTheNextScheduledTime() {
        declare("retry: {limit: 3}");
        int hour = 11;
        for (Reason reason : List.of(Reason.DATA_ERROR, Reason.REFRESH_TIMEOUT, Reason.VIEW_BUSY)) {
            String time = hour++ + ":00:00";
            resource.look(time);
            resource.end(time, failed(reason, facts(true), time, time));
            assertThat(resource.next()).isEqualTo(new NextStep.Wait(at(hour + ":00:00")));
            assertThat(resource.status().retries()).isNull();
        }
    }

    @Test
    void aPodThatWasGivenUpAfterAnEditIsNoRetry() {
        var jobs = Looks.inJobs();
        jobs.declare("execution: CronJob, " + HOURLY + ", retry: {limit: 0}");
        var hour = new Trigger.Schedule(at("11:00:00"));
        Outcome outcome = failed(Reason.IMAGE_NOT_PULLED, null, "11:00:00", "11:05:00");
        jobs.pass(new Progress.Ended(jobs.purpose(hour), outcome, List.of("given up"), false, true), "11:05:00");
        assertThat(jobs.next()).isEqualTo(new NextStep.Start(hour));
        jobs.end("11:05:09", hour, outcome);
        assertThat(jobs.next()).isEqualTo(new NextStep.Wait(at("12:00:00")));
        assertThat(Objects.requireNonNull(jobs.status().lastRefresh()).message())
                .contains("(retry.limit)");
    }

    private void declare(String more) {
        resource.declare(HOURLY + ", " + more);
        resource.settle();
    }

    private void unreachable(String time) {
        resource.end(time, failed(Reason.UNREACHABLE, null, time, time));
    }

    private void retry(String time) {
        resource.look(time);
        unreachable(time);
    }
}
