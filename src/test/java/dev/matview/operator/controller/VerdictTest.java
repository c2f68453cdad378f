package dev.matview.operator.controller;

import static dev.matview.operator.controller.Looks.facts;
import static dev.matview.operator.controller.Looks.failed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Reason;
import dev.matview.operator.refresh.Outcome;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the log says of why a run was due, or was not. */
class VerdictTest {
    private final Looks resource = Looks.inOperator();

    @BeforeEach
    void settle() {
        resource.settle();
    }

    @Test
    void aTimeThatIsToComeIsNamed() {
        resource.look("10:30:00");
        assertThat(resource.verdict()).isEqualTo("not due: the next scheduled time is 2026-11-21T11:00:00Z");
    }

    @Test
    void aTimeThatHasComeIsNamed() {
        resource.look("11:00:01");
        assertThat(resource.verdict())
                .isEqualTo("due: the scheduled time 2026-11-21T11:00:00Z has come, and has no run yet");
    }

    @Test
    void aRequestIsNamedByItsToken() {
        resource.request("now");
        resource.look("10:30:00");
        assertThat(resource.verdict()).isEqualTo("due: a refresh is requested by the token now");
    }

    @Test
    void aRunThatIsUnderWayIsAReasonToWait() {
        resource.look("11:00:00");
        resource.underWay("11:00:05", "11:00:00");
        assertThat(resource.verdict()).startsWith("not due: a run or a check is under way");
    }

    @Test
    void suspensionIsAReason() {
        resource.declare("schedules: ['0 * * * *'], suspend: true");
        resource.look("11:00:01");
        assertThat(resource.verdict()).isEqualTo("not due: suspended");
    }

    @Test
    void aStalledResourceIsSaidToBe() {
        resource.look("11:00:00");
        resource.end("11:00:02", failed(Reason.NO_UNIQUE_INDEX, facts(true), "11:00:00", "11:00:02"));
        resource.look("11:00:03");
        assertThat(resource.verdict()).startsWith("not due: stalled, NoUniqueIndex; again at 2026-11-21T11:00:");
    }

    @Test
    void aTryThatFailedIsAReasonToWait() {
        resource.look("11:00:00");
        resource.end("11:00:02", failed(Reason.UNREACHABLE, null, "11:00:00", "11:00:02"));
        resource.look("11:00:03");
        assertThat(resource.verdict())
                .startsWith("not due: the last try failed, or there is no view yet; again at 2026-11-21T11:00:");
    }

    @Test
    void noScheduleIsSaidToo() {
        resource.declare("mode: Standard");
        resource.look("10:30:00");
        resource.end("10:30:01", new Outcome.Checked(facts(true), List.of()));
        resource.look("10:30:02");
        assertThat(resource.verdict()).isEqualTo("not due: no scheduled time is to come");
    }
}
