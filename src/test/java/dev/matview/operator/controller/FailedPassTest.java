package dev.matview.operator.controller;

import static dev.matview.operator.controller.Looks.at;
import static dev.matview.operator.controller.Looks.facts;
import static dev.matview.operator.controller.Looks.failed;
import static dev.matview.operator.controller.Looks.refreshed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.MaterializedViewRefreshSpec;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Trigger;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One resource from look to look when something does not work: what is tried again, when, and what is said of it. */
class FailedPassTest {
    private final Looks resource = Looks.inOperator();

    @Test
    void anUnpopulatedViewWhoseDataDoesNotFitIsNotTriedInALoop() {
        resource.declare("schedules: []");
        resource.look("10:00:01");
        resource.end("10:00:02", new Outcome.Checked(facts(false), List.of()));
        resource.end("10:00:03", failed(Reason.DATA_ERROR, facts(false), "10:00:02", "10:00:03"));
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(null));
    }

    @Test
    void aRunThatTheOperatorDidNotSurviveIsRecordedAsInterruptedAndMadeUpOnce() {
        resource.settle();
        resource.look("11:00:00");
        resource.underWay("11:00:03", "11:00:00");
        resource.restart();
        resource.look("11:05:00");
        assertThat(resource.status().history())
                .extracting(RefreshRecord::reason)
                .containsExactly("Interrupted");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Schedule(at("11:00:00"))));
        resource.end("11:05:04", refreshed("11:05:00", "11:05:04"));
        assertThat(resource.status().history())
                .extracting(RefreshRecord::status)
                .containsExactly("Succeeded", "Failed");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("12:00:00")));
    }

    @Test
    void aRunThatTheOperatorEndsAsItStopsLeavesItsCauseOpen() {
        resource.settle();
        resource.look("11:00:00");
        resource.end("11:00:30", failed(Reason.INTERRUPTED, null, "11:00:00", "11:00:30"));
        assertThat(resource.status().history())
                .extracting(RefreshRecord::reason)
                .containsExactly("Interrupted");
        assertThat(resource.status().lastScheduleTime()).isNull();
        assertThat(resource.ready().reason()).isEqualTo("Interrupted");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Schedule(at("11:00:00"))));
    }

    @Test
    void aRequestWhoseRunWasInterruptedIsMadeUpWithItsToken() {
        resource.settle();
        resource.request("a");
        resource.look("10:10:00");
        resource.underWay("10:10:03", "10:10:00");
        resource.look("10:12:00");
        assertThat(resource.status().lastHandledRefreshRequest()).isNull();
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Manual("a")));
    }

    @Test
    void aRunThatInterruptsTheOperatorAgainAndAgainIsTriedMoreSlowly() {
        resource.settle();
        resource.look("11:00:00");
        resource.underWay("11:00:03", "11:00:00");
        resource.look("11:00:05");
        resource.underWay("11:00:08", "11:00:05");
        resource.look("11:00:10");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:00:20")));
    }

    @Test
    void anUnreachableDatabaseIsTriedAgainMoreSlowlyAndTheDueRunIsRecordedOnce() {
        resource.settle();
        resource.look("11:00:00");
        resource.end("11:00:01", failed(Reason.UNREACHABLE, null, "11:00:00", "11:00:01"));
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:00:11")));
        assertThat(resource.status().nextRetryTime()).isEqualTo(at("11:00:11"));
        resource.look("11:00:11");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Schedule(at("11:00:00"))));
        resource.end("11:00:12", failed(Reason.UNREACHABLE, null, "11:00:11", "11:00:12"));
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:00:32")));
        assertThat(resource.status().consecutiveFailures()).isEqualTo(1);
        resource.look("11:00:32");
        resource.end("11:00:40", refreshed("11:00:32", "11:00:40"));
        assertThat(resource.status().history()).singleElement().satisfies(run -> {
            assertThat(run.status()).isEqualTo("Succeeded");
            assertThat(run.attempts()).isEqualTo(3);
            assertThat(run.startTime()).isEqualTo(at("11:00:00"));
        });
        assertThat(resource.status().nextRetryTime()).isNull();
        assertThat(resource.ready().status()).isEqualTo("True");
    }

    @Test
    void aNewRequestDoesNotWaitForTheNextTry() {
        resource.settle();
        resource.look("11:00:00");
        resource.end("11:00:01", failed(Reason.UNREACHABLE, null, "11:00:00", "11:00:01"));
        resource.request("a");
        resource.look("11:00:02");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Manual("a")));
        resource.end("11:00:03", failed(Reason.UNREACHABLE, null, "11:00:02", "11:00:03"));
        assertThat(resource.next()).isInstanceOf(NextStep.Wait.class);
    }

    @Test
    void whatCannotWorkIsStalledCheckedMoreAndMoreSlowlyAndThenMadeUp() {
        resource.settle();
        resource.look("11:00:00");
        resource.end("11:00:01", failed(Reason.VIEW_MISSING, null, "11:00:00", "11:00:01"));
        assertThat(resource.status().condition("Stalled")).isNotNull();
        assertThat(resource.status().nextRefreshTime()).isNull();
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:00:16")));
        MaterializedViewRefreshStatus before = resource.status();
        resource.look("11:00:16");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Check()));
        resource.end("11:00:17", failed(Reason.VIEW_MISSING, null, "11:00:16", "11:00:17"));
        assertThat(resource.status()).isEqualTo(before);
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:00:47")));
        resource.look("11:00:47");
        resource.end("11:00:48", new Outcome.Checked(facts(true), List.of()));
        assertThat(resource.status().condition("Stalled")).isNull();
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Schedule(at("11:00:00"))));
    }

    @Test
    void whatOnlyTheRefreshItselfCanFindIsTriedMoreAndMoreSlowlyToo() {
        resource.settle();
        resource.look("11:00:00");
        resource.end("11:00:00", failed(Reason.PERMISSION_DENIED, facts(true), "11:00:00", "11:00:00"));
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:00:15")));
        resource.look("11:00:15");
        resource.end("11:00:15", new Outcome.Checked(facts(true), List.of()));
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Schedule(at("11:00:00"))));
        resource.end("11:00:15", failed(Reason.PERMISSION_DENIED, facts(true), "11:00:15", "11:00:15"));
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:00:45")));
        resource.look("11:00:45");
        resource.end("11:00:45", new Outcome.Checked(facts(true), List.of()));
        resource.end("11:00:45", failed(Reason.PERMISSION_DENIED, facts(true), "11:00:45", "11:00:45"));
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:01:45")));
        assertThat(resource.status().history()).hasSize(1);
        resource.generation(2);
        resource.look("11:01:00");
        assertThat(resource.next()).isInstanceOf(NextStep.Start.class);
        resource.end("11:01:00", failed(Reason.PERMISSION_DENIED, facts(true), "11:01:00", "11:01:00"));
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:01:15")));
    }

    @Test
    void aCheckThatCannotBeMadeLeavesAStalledResourceStalledAndIsMadeAgain() {
        resource.declare("schedules: []");
        resource.look("10:00:01");
        resource.end("10:00:02", failed(Reason.VIEW_MISSING, null, "10:00:01", "10:00:02"));
        resource.look("10:00:17");
        MaterializedViewRefreshStatus before = resource.status();
        for (Reason reason : List.of(Reason.UNREACHABLE, Reason.REFRESH_TIMEOUT, Reason.VIEW_BUSY)) {
            resource.end("10:00:18", failed(reason, null, "10:00:17", "10:00:18"));
            assertThat(resource.status()).isEqualTo(before);
            assertThat(resource.next()).isInstanceOf(NextStep.Wait.class).isNotEqualTo(new NextStep.Wait(null));
            resource.look("10:30:00");
            assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Check()));
        }
    }

    @Test
    void aRequestThatEndsTheOperatorAgainAndAgainIsTriedMoreSlowlyToo() {
        resource.settle();
        resource.request("a");
        resource.look("10:10:00");
        resource.underWay("10:10:03", "10:10:00");
        resource.look("10:10:05");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Manual("a")));
        resource.underWay("10:10:08", "10:10:05");
        resource.look("10:10:10");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("10:10:20")));
    }

    @Test
    void dataThatDoesNotFitWaitsForTheNextScheduledTime() {
        resource.settle();
        resource.look("11:00:00");
        resource.end("11:00:01", failed(Reason.DUPLICATE_ROWS, facts(true), "11:00:00", "11:00:01"));
        assertThat(resource.ready().reason()).isEqualTo("DuplicateRows");
        assertThat(resource.status().condition("Stalled")).isNull();
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("12:00:00")));
    }

    @Test
    void aGenerationThatCannotBeValidatedYetIsReconcilingAndTriedAgain() {
        resource.look("10:00:01");
        resource.end("10:00:02", failed(Reason.UNREACHABLE, null, "10:00:01", "10:00:02"));
        assertThat(resource.status().condition("Reconciling")).isNotNull();
        assertThat(resource.status().observedGeneration()).isNull();
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("10:00:12")));
        MaterializedViewRefreshStatus before = resource.status();
        resource.look("10:00:12");
        resource.end("10:00:13", failed(Reason.UNREACHABLE, null, "10:00:12", "10:00:13"));
        assertThat(resource.status()).isEqualTo(before);
    }

    @Test
    void theYoungerOfTwoResourcesIsStalledAndTakesOver() {
        resource.settle();
        resource.objection(new Failure(Reason.ALREADY_MANAGED, "the older resource \"a\" manages this view"));
        resource.look("11:00:00");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(null));
        assertThat(resource.ready().reason()).isEqualTo("AlreadyManaged");
        resource.objection(null);
        resource.look("11:30:00");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Check()));
        resource.end("11:30:01", new Outcome.Checked(facts(true), List.of()));
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Schedule(at("11:00:00"))));
    }

    @Test
    void aSpecThatCannotBeReadIsStalledAndARequestIsAnswered() {
        resource.declare(MaterializedViewRefreshSpec.unreadable("spec.mode holds what this version does not know"));
        resource.request("a");
        resource.look("10:00:01");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(null));
        assertThat(resource.ready().reason()).isEqualTo("UnreadableSpec");
        assertThat(resource.status().lastHandledRefreshRequest()).isEqualTo("a");
        assertThat(resource.status().history()).hasSize(1);
        resource.look("10:00:02");
        assertThat(resource.status().history()).hasSize(1);
    }
}
