package dev.matview.operator.controller;

import static dev.matview.operator.controller.Looks.at;
import static dev.matview.operator.controller.Looks.facts;
import static dev.matview.operator.controller.Looks.failed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.matview.operator.api.Condition;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.api.SkipReason;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Trigger;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A view that does not exist yet, and a resource that waits for it. */
class AwaitedViewPassTest {
    private static final String MESSAGE = "there is no view";

    private final Looks looks = Looks.inOperator();

    @BeforeEach
    void waitForIt() {
        looks.declare("schedules: ['0 * * * *'], onMissing: Skip");
        looks.look("10:00:01");
        looks.end("10:00:02", skipped("10:00:02"));
        looks.restart();
    }

    @Test
    void aRunIsSkippedAndTheResourceStaysReady() {
        looks.end("11:00:05", schedule("11:00:00"), skipped("11:00:05"));
        assertThat(looks.status().lastRefreshStatus()).isEqualTo("Skipped");
        assertThat(looks.status().lastRefresh()).isNotNull().returns("ViewMissing", RefreshRecord::reason);
        assertThat(looks.status().condition("Stalled")).isNull();
        assertThat(looks.ready())
                .returns("True", Condition::status)
                .returns("ViewMissing", Condition::reason)
                .returns(MESSAGE, Condition::message);
        assertThat(looks.status().consecutiveFailures()).isNull();
        assertThat(looks.status().lastSuccessTime()).isNull();
        assertThat(looks.status().view()).isEqualTo(ViewReport.MISSING);
        assertThat(looks.status().nextRefreshTime()).isEqualTo(at("12:00:00"));
        assertThat(looks.next()).isEqualTo(new NextStep.Wait(at("11:00:20")));
    }

    @Test
    void itIsLookedForAtASlowPaceWithoutAWord() {
        looks.end("11:00:05", schedule("11:00:00"), skipped("11:00:05"));
        looks.look("11:00:20");
        assertThat(looks.next()).isEqualTo(new NextStep.Start(new Trigger.Check()));
        var before = looks.status();
        looks.end("11:00:20", skipped("11:00:20"));
        assertThat(looks.next()).isEqualTo(new NextStep.Wait(at("11:00:50")));
        assertThat(looks.status()).isEqualTo(before);
    }

    @Test
    void aSuspendedResourceLooksForItToo() {
        looks.declare("schedules: ['0 * * * *'], onMissing: Skip, suspend: true");
        looks.look("10:30:00");
        assertThat(looks.next()).isEqualTo(new NextStep.Start(new Trigger.Check()));
    }

    @Test
    void eachScheduledTimeHasItsEntryAlsoBetweenTwoLooks() {
        looks.end("11:00:05", schedule("11:00:00"), skipped("11:00:05"));
        for (int look = 0; look < 12; look++) {
            looks.end("11:59:30", new Trigger.Check(), skipped("11:59:30"));
        }
        assertThat(looks.next()).isEqualTo(new NextStep.Wait(at("12:00:00")));
        looks.look("12:00:00");
        assertThat(looks.next()).isEqualTo(new NextStep.Start(schedule("12:00:00")));
        looks.end("12:00:01", skipped("12:00:01"));
        assertThat(looks.status().history())
                .extracting(RefreshRecord::scheduledTime, RefreshRecord::status)
                .containsExactly(tuple(at("12:00:00"), "Skipped"), tuple(at("11:00:00"), "Skipped"));
        assertThat(looks.status().missedSchedules()).isNull();
    }

    @Test
    void aTimeIsAnnouncedOnceAsNormal() {
        var before = looks.status();
        looks.end("11:00:05", schedule("11:00:00"), skipped("11:00:05"));
        assertThat(Announcement.between(before, looks.status()))
                .containsExactly(new Announcement("Normal", "ViewMissing", MESSAGE, true));
    }

    @Test
    void whenItIsThereTheRunIsMadeUp() {
        looks.end("11:00:05", schedule("11:00:00"), skipped("11:00:05"));
        looks.end("11:20:00", new Trigger.Check(), new Outcome.Checked(facts(true), List.of()));
        assertThat(looks.ready()).returns("Valid", Condition::reason);
        assertThat(looks.next()).isEqualTo(new NextStep.Start(schedule("11:00:00")));
    }

    @Test
    void whenItIsThereWithoutDataItIsFilled() {
        looks.end("10:40:00", new Trigger.Check(), new Outcome.Checked(facts(false), List.of()));
        assertThat(looks.next()).isEqualTo(new NextStep.Start(new Trigger.Unpopulated()));
    }

    @Test
    void aRequestIsAnsweredAndMadeUpToo() {
        looks.request("token");
        looks.look("10:30:00");
        looks.end("10:30:01", skipped("10:30:01"));
        assertThat(looks.status().lastHandledRefreshRequest()).isEqualTo("token");
        looks.end("10:40:00", new Trigger.Check(), new Outcome.Checked(facts(true), List.of()));
        assertThat(looks.next()).isEqualTo(new NextStep.Start(new Trigger.Manual("token")));
    }

    @Test
    void aDatabaseThatIsAwayMeanwhileIsAFailure() {
        looks.end("11:00:05", schedule("11:00:00"), skipped("11:00:05"));
        looks.end("12:00:05", schedule("12:00:00"), failed(Reason.UNREACHABLE, null, "12:00:00", "12:00:05"));
        assertThat(looks.ready()).returns("False", Condition::status);
        looks.end("12:00:20", schedule("12:00:00"), skipped("12:00:20"));
        assertThat(looks.ready()).returns("True", Condition::status);
    }

    @Test
    void aViewThatIsToBeCreatedIsDueAtOnceUnlessItIsSuspended() {
        String declared = "schedules: ['0 * * * *'], onMissing: Create";
        looks.declare(declared + ", suspend: true");
        looks.end("10:30:00", new Trigger.Check(), new Outcome.Creatable());
        assertThat(looks.ready()).returns("True", Condition::status).returns("Suspended", Condition::reason);
        assertThat(looks.next()).isEqualTo(new NextStep.Wait(null));
        looks.declare(declared);
        looks.look("10:31:00");
        assertThat(looks.next()).isEqualTo(new NextStep.Start(new Trigger.Unpopulated()));
    }

    private static Trigger schedule(String time) {
        return new Trigger.Schedule(at(time));
    }

    private static Outcome skipped(String time) {
        Instant instant = at(time);
        return new Outcome.Skipped(SkipReason.VIEW_MISSING, MESSAGE, instant, instant);
    }
}
