package dev.matview.operator.controller;

import static dev.matview.operator.controller.Looks.at;
import static dev.matview.operator.controller.Looks.facts;
import static dev.matview.operator.controller.Looks.refreshed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Trigger;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One resource from look to look, on times that the test chooses, while all goes well. */
class PassTest {
    private final Looks resource = Looks.inOperator();

    @Test
    void aNewResourceIsCheckedAndThenWaitsForItsNextScheduledTime() {
        resource.look("10:00:01");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Check()));
        resource.end("10:00:02", new Outcome.Checked(facts(true), List.of()));
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:00:00")));
        assertThat(resource.ready().status()).isEqualTo("True");
        assertThat(resource.status().observedGeneration()).isEqualTo(1);
        assertThat(resource.status().lastRefreshStatus()).isNull();
        assertThat(resource.status().nextRefreshTime()).isEqualTo(at("11:00:00"));
    }

    @Test
    void aNewResourceThatWantsItIsRefreshedAtOnce() {
        resource.declare("schedules: ['0 * * * *'], immediate: true");
        resource.look("10:00:01");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Immediate()));
        resource.end("10:00:05", refreshed("10:00:01", "10:00:05"));
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:00:00")));
        assertThat(resource.status().lastRefreshStatus()).isEqualTo("Succeeded");
        assertThat(resource.status().lastRefresh()).isNotNull();
        assertThat(resource.status().history())
                .containsExactly(resource.status().lastRefresh());
    }

    @Test
    void anUnpopulatedViewIsFilledAlsoWithoutASchedule() {
        resource.declare("schedules: []");
        resource.look("10:00:01");
        resource.end("10:00:02", new Outcome.Checked(facts(false), List.of()));
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Unpopulated()));
    }

    @Test
    void aScheduledTimeIsAnsweredOnce() {
        resource.settle();
        resource.look("11:00:00");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Schedule(at("11:00:00"))));
        resource.end("11:00:04", refreshed("11:00:00", "11:00:04"));
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("12:00:00")));
        assertThat(resource.status().lastScheduleTime()).isEqualTo(at("11:00:00"));
        assertThat(resource.status().missedSchedules()).isNull();
    }

    @Test
    void ofSeveralMissedTimesTheLatestIsMadeUpAndTheOthersAreCounted() {
        resource.settle();
        resource.look("14:30:00");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Schedule(at("14:00:00"))));
        resource.end("14:30:04", refreshed("14:30:00", "14:30:04"));
        assertThat(resource.status().missedSchedules()).isEqualTo(3);
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("15:00:00")));
    }

    @Test
    void aTimeBeyondTheDeadlineIsCountedAndLeftOut() {
        resource.declare("schedules: ['0 * * * *'], startingDeadlineSeconds: 60");
        resource.settle();
        resource.look("13:05:00");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("14:00:00")));
        assertThat(resource.status().missedSchedules()).isEqualTo(3);
        assertThat(resource.status().lastScheduleTime()).isEqualTo(at("13:00:00"));
        MaterializedViewRefreshStatus before = resource.status();
        resource.look("13:06:00");
        assertThat(resource.status()).isEqualTo(before);
    }

    @Test
    void aRunWhoseTurnCameTooLateIsCountedAsMissed() {
        resource.settle();
        resource.declare("schedules: ['0 * * * *'], startingDeadlineSeconds: 60");
        resource.look("11:00:00");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Schedule(at("11:00:00"))));
        resource.end("11:02:00", new Outcome.Missed(facts(true)));
        assertThat(resource.status().missedSchedules()).isEqualTo(1);
        assertThat(resource.status().history()).isEmpty();
        assertThat(resource.ready().status()).isEqualTo("True");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("12:00:00")));
    }

    @Test
    void timesThatFallDueDuringARunAreCoalesced() {
        resource.settle();
        resource.look("11:00:00");
        resource.end("13:10:00", refreshed("11:00:00", "13:10:00"));
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("14:00:00")));
        assertThat(resource.status().lastScheduleTime()).isEqualTo(at("13:00:00"));
        assertThat(resource.status().missedSchedules()).isEqualTo(2);
    }

    @Test
    void nothingIsWrittenWhileNothingHappens() {
        resource.settle();
        MaterializedViewRefreshStatus before = resource.status();
        resource.look("10:30:00");
        resource.look("10:59:59");
        assertThat(resource.status()).isEqualTo(before);
    }

    @Test
    void aRequestIsAnsweredWithItsToken() {
        resource.settle();
        resource.request("a");
        resource.look("10:10:00");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Manual("a")));
        resource.end("10:10:03", refreshed("10:10:00", "10:10:03"));
        assertThat(resource.status().lastHandledRefreshRequest()).isEqualTo("a");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:00:00")));
    }

    @Test
    void aRequestDuringARunCausesOneMore() {
        resource.settle();
        resource.look("11:00:00");
        resource.request("a");
        resource.underWay("11:00:01", "11:00:00");
        assertThat(resource.next()).isInstanceOf(NextStep.Wait.class);
        resource.request("b");
        resource.end("11:00:04", refreshed("11:00:00", "11:00:04"));
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Manual("b")));
        resource.end("11:00:08", refreshed("11:00:04", "11:00:08"));
        assertThat(resource.status().lastHandledRefreshRequest()).isEqualTo("b");
        assertThat(resource.status().history()).hasSize(2);
    }

    @Test
    void aRequestWorksWhileSuspendedAndTimesDoNot() {
        resource.declare("schedules: ['0 * * * *'], suspend: true");
        resource.settle();
        assertThat(resource.status().nextRefreshTime()).isNull();
        resource.look("11:00:00");
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(null));
        resource.request("a");
        resource.look("11:00:01");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Manual("a")));
    }

    @Test
    void onlyALongRunIsShownWhileItIsUnderWay() {
        resource.settle();
        resource.look("11:00:00");
        resource.underWay("11:00:01", "11:00:00");
        assertThat(resource.status().lastRefreshStatus()).isNull();
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("11:00:02")));
        resource.underWay("11:00:02", "11:00:00");
        assertThat(resource.status().lastRefreshStatus()).isEqualTo("Running");
        assertThat(resource.status().history()).isEmpty();
        assertThat(resource.status().condition("Reconciling")).isNull();
    }

    @Test
    void aShortRunOnScheduleChangesTheStatusOnce() {
        resource.settle();
        MaterializedViewRefreshStatus before = resource.status();
        resource.look("11:00:00");
        resource.underWay("11:00:01", "11:00:00");
        assertThat(resource.status()).isEqualTo(before);
        resource.end("11:00:01", refreshed("11:00:00", "11:00:01"));
        assertThat(resource.status().nextRefreshTime()).isEqualTo(at("12:00:00"));
        MaterializedViewRefreshStatus after = resource.status();
        resource.look("11:00:02");
        assertThat(resource.status()).isEqualTo(after);
    }

    @Test
    void aRunThatWaitsForItsTurnIsNotShownAsRunning() {
        resource.settle();
        resource.look("11:00:00");
        MaterializedViewRefreshStatus before = resource.status();
        resource.pass(new Progress.UnderWay(resource.lastPurpose(), null, null), "11:30:00");
        assertThat(resource.status().lastRefreshStatus()).isEqualTo(before.lastRefreshStatus());
        assertThat(resource.next()).as("there is news when its turn has come").isEqualTo(new NextStep.Wait(null));
    }

    @Test
    void aNewGenerationIsCheckedAtOnceAndItsSchedulesCountFromThen() {
        resource.settle();
        resource.declare("schedules: ['30 * * * *']");
        resource.generation(2);
        resource.look("11:45:00");
        assertThat(resource.next()).isEqualTo(new NextStep.Start(new Trigger.Check()));
        resource.end("11:45:01", new Outcome.Checked(facts(true), List.of()));
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("12:30:00")));
        assertThat(resource.status().schedule()).isEqualTo("30 * * * *");
        assertThat(resource.status().observedGeneration()).isEqualTo(2);
    }

    @Test
    void theHistoryKeepsTheLastTenRuns() {
        resource.settle();
        for (int minute = 1; minute <= 12; minute++) {
            resource.request("t" + minute);
            String time = String.format("10:%02d:00", minute);
            resource.look(time);
            resource.end(time, refreshed(time, time));
        }
        assertThat(resource.status().history()).hasSize(10);
        assertThat(resource.status().history().getFirst().request()).isEqualTo("t12");
    }
}
