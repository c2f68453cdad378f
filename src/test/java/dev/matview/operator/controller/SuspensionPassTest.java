package dev.matview.operator.controller;

import static dev.matview.operator.controller.Looks.at;
import static dev.matview.operator.controller.Looks.facts;
import static dev.matview.operator.controller.Looks.failed;
import static dev.matview.operator.controller.Looks.refreshed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.matview.operator.api.Condition;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.Reason;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Trigger;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One resource from look to look that is to be suspended after two failed runs. */
class SuspensionPassTest {
    private static final String SPEC = "schedules: ['0 * * * *'], suspendAfterFailures: 2";

    private final Looks resource = Looks.inOperator();

    @BeforeEach
    void declare() {
        resource.declare(SPEC);
        resource.settle();
    }

    @Test
    void afterSoManyFailedRunsNoneIsStartedOnSchedule() {
        failAt(11);
        assertThat(resource.status().condition("Stalled")).isNull();
        failAt(12);
        assertSuspended();
        assertThat(resource.status().nextRefreshTime()).isNull();
        assertThat(resource.ready().message())
                .contains("2 runs in a row have failed", "matview.dev/refresh-requested", "DataError: what is wrong");
        var suspended = resource.status();
        for (String time : List.of("12:00:10", "13:00:00", "14:30:00")) {
            resource.look(time);
            assertThat(resource.next()).isEqualTo(new NextStep.Wait(null));
            assertThat(resource.status()).as("nothing is written").isEqualTo(suspended);
        }
    }

    @Test
    void itIsAnnouncedOnceBesidesTheRunsOwnFailure() {
        failAt(11);
        var before = resource.status();
        failAt(12);
        assertThat(Announcement.between(before, resource.status()))
                .extracting(Announcement::type, Announcement::reason)
                .containsExactly(tuple("Warning", "DataError"), tuple("Warning", "SuspendedByFailures"));
    }

    @Test
    void aRestartChangesNothing() {
        suspend();
        var suspended = resource.status();
        resource.restart();
        resource.look("13:00:00");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(null));
        assertThat(resource.status()).isEqualTo(suspended);
    }

    @Test
    void aRequestThatSucceedsEndsIt() {
        suspend();
        resource.request("a");
        resource.look("13:10:00");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Manual("a")));
        resource.end("13:10:05", refreshed("13:10:00", "13:10:05"));
        assertThat(resource.ready().status()).isEqualTo("True");
        assertThat(resource.status().condition("Stalled")).isNull();
        assertThat(resource.status().consecutiveFailures()).isZero();
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("14:00:00")));
        failAt(14);
        assertThat(resource.status().condition("Stalled")).isNull();
    }

    @Test
    void aRequestThatFailsDoesNot() {
        suspend();
        resource.request("a");
        resource.look("13:10:00");
        resource.end("13:10:05", failed(Reason.REFRESH_TIMEOUT, facts(true), "13:10:00", "13:10:05"));
        assertSuspended();
        assertThat(resource.ready().message()).contains("3 runs in a row", "RefreshTimeout");
        assertThat(resource.status().lastHandledRefreshRequest()).isEqualTo("a");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(null));
    }

    @Test
    void aRequestThatCannotReachTheDatabaseIsTriedAgainWhileItLasts() {
        suspend();
        resource.request("a");
        resource.look("13:10:00");
        resource.end("13:10:01", failed(Reason.UNREACHABLE, null, "13:10:00", "13:10:01"));
        assertSuspended();
        assertThat(resource.ready().message()).contains("2 runs in a row", "Unreachable");
        assertThat(resource.status().nextRetryTime()).isEqualTo(at("13:10:11"));
        resource.look("13:10:11");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Manual("a")));
    }

    @Test
    void anotherGenerationEndsItAndCountsAnew() {
        suspend();
        resource.generation(2);
        resource.look("13:30:00");
        assertThat(resource.status().condition("Stalled")).isNull();
        assertThat(resource.ready().reason()).isEqualTo("DataError");
        assertThat(resource.status().consecutiveFailures()).isZero();
        assertThat(resource.next())
                .as("what was missed")
                .isEqualTo(new NextStep.Start(new Trigger.Schedule(at("13:00:00"))));
        resource.end("13:30:01", failed(Reason.DATA_ERROR, facts(true), "13:30:00", "13:30:01"));
        assertThat(resource.status().condition("Stalled")).isNull();
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("14:00:00")));
        failAt(14);
        assertSuspended();
    }

    @Test
    void aGenerationThatWantsItNoMoreEndsItToo() {
        suspend();
        resource.declare("schedules: ['0 * * * *']");
        resource.generation(2);
        resource.look("12:30:00");
        resource.end("12:30:01", new Outcome.Checked(facts(true), List.of()));
        assertThat(resource.status().condition("Stalled")).isNull();
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("13:00:00")));
    }

    @Test
    void aRunOfAnEarlierGenerationDoesNotSuspendTheNewOne() {
        failAt(11);
        resource.look("12:00:00");
        var purpose = resource.lastPurpose();
        resource.generation(2);
        resource.end("12:00:01", purpose, failed(Reason.DATA_ERROR, facts(true), "12:00:00", "12:00:01"));
        assertThat(resource.status().condition("Stalled")).isNull();
        resource.look("12:00:02");
        assertThat(resource.next()).isInstanceOf(NextStep.Start.class);
    }

    @Test
    void aRunThatIsStillTriedAgainDoesNotCountYet() {
        resource.declare(SPEC + ", retry: {limit: 1}");
        failAt(11);
        resource.look("12:00:00");
        resource.end("12:00:00", failed(Reason.UNREACHABLE, null, "12:00:00", "12:00:00"));
        assertThat(resource.status().condition("Stalled")).isNull();
        assertThat(resource.status().consecutiveFailures()).isEqualTo(2);
        resource.look("12:00:10");
        resource.end("12:00:10", failed(Reason.UNREACHABLE, null, "12:00:10", "12:00:10"));
        assertSuspended();
        assertThat(resource.status().nextRetryTime()).isNull();
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(null));
    }

    @Test
    void aRunThatIsTooLateToBeTriedAgainCounts() {
        resource.declare(SPEC + ", startingDeadlineSeconds: 15");
        failAt(11);
        resource.look("12:00:00");
        resource.end("12:00:00", failed(Reason.UNREACHABLE, null, "12:00:00", "12:00:00"));
        resource.look("12:00:10");
        resource.end("12:00:10", failed(Reason.UNREACHABLE, null, "12:00:10", "12:00:10"));
        assertThat(resource.status().condition("Stalled")).isNull();
        resource.look("12:00:30");
        assertSuspended();
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(null));
    }

    @Test
    void skippedAndInterruptedRunsDoNotCount() {
        failAt(11);
        resource.look("12:00:00");
        for (String time : List.of("12:00:01", "12:00:20", "12:01:00")) {
            resource.end(
                    time, new Trigger.Schedule(at("12:00:00")), failed(Reason.INTERRUPTED, null, "12:00:00", time));
        }
        assertThat(resource.status().consecutiveFailures()).isEqualTo(1);
        assertThat(resource.status().condition("Stalled")).isNull();
    }

    @Test
    void whatCannotWorkIsStalledForItsOwnReasonMeanwhile() {
        suspend();
        resource.request("a");
        resource.look("13:10:00");
        resource.end("13:10:01", failed(Reason.PERMISSION_DENIED, facts(true), "13:10:00", "13:10:01"));
        assertThat(resource.status().condition("Stalled")).isNotNull().returns("PermissionDenied", Condition::reason);
        resource.look("13:10:30");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Check()));
        resource.end("13:10:31", new Outcome.Checked(facts(true), List.of()));
        assertSuspended();
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(null));
    }

    @Test
    void timesThatPassMeanwhileAreCountedWhenItHasEnded() {
        resource.declare(SPEC + ", startingDeadlineSeconds: 60");
        suspend();
        resource.look("15:30:00");
        assertThat(resource.status().missedSchedules()).isNull();
        resource.generation(2);
        resource.look("15:30:01");
        assertThat(resource.status()).returns(3L, MaterializedViewRefreshStatus::missedSchedules);
    }

    @Test
    void theCronJobsAreLookedAtAgainWhenItBegins() {
        var jobs = Looks.inJobs();
        jobs.declare("execution: CronJob, schedules: ['0 * * * *'], suspendAfterFailures: 1");
        jobs.end(
                "11:00:09",
                new Trigger.Schedule(at("11:00:00")),
                failed(Reason.DATA_ERROR, facts(true), "11:00:02", "11:00:08"));
        assertThat(jobs.next()).isEqualTo(new NextStep.Wait(at("11:00:09")));
        jobs.look("11:00:10");
        assertThat(jobs.next()).isEqualTo(new NextStep.Wait(null));
        assertThat(jobs.ready().reason()).isEqualTo("SuspendedByFailures");
    }

    private void suspend() {
        failAt(11);
        failAt(12);
    }

    private void failAt(int hour) {
        String time = hour + ":00:00";
        resource.look(time);
        resource.end(time, failed(Reason.DATA_ERROR, facts(true), time, time));
    }

    private void assertSuspended() {
        assertThat(resource.status().condition("Stalled"))
                .isNotNull()
                .returns("True", Condition::status)
                .returns("SuspendedByFailures", Condition::reason);
        assertThat(resource.ready())
                .returns("False", Condition::status)
                .returns("SuspendedByFailures", Condition::reason);
    }
}
