package dev.matview.operator.controller;

import static dev.matview.operator.controller.Looks.at;
import static dev.matview.operator.controller.Looks.facts;
import static dev.matview.operator.controller.Looks.failed;
import static dev.matview.operator.controller.Looks.refreshed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.controller.Tally.Result;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.ViewVersion;
import dev.matview.operator.refresh.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is counted from one written status to the next. */
class TallyTest {
    private static final Result SUCCEEDED = new Result("Succeeded", "");

    private final Looks resource = Looks.inOperator();
    private MaterializedViewRefreshStatus before = MaterializedViewRefreshStatus.EMPTY;
    private Tally tally = Tally.NOTHING;

    @BeforeEach
    void settle() {
        resource.settle();
        counts(new Outcome.Checked(facts(true), List.of()));
    }

    private void counts(Outcome outcome) {
        tally = tally.and(before, resource.status(), outcome);
        before = resource.status();
    }

    private void ends(String time, Outcome outcome) {
        resource.end(time, outcome);
        counts(outcome);
    }

    @Test
    void aCheckIsNoRefresh() {
        assertThat(tally).isEqualTo(Tally.NOTHING);
    }

    @Test
    void eachRunIsCountedOnceByItsOutcomeAndReason() {
        resource.look("11:00:00");
        ends("11:00:02", refreshed("11:00:00", "11:00:02"));
        resource.look("12:00:00");
        ends("12:00:02", refreshed("12:00:00", "12:00:02"));
        resource.look("13:00:00");
        ends("13:00:02", failed(Reason.DATA_ERROR, facts(true), "13:00:00", "13:00:02"));

        assertThat(tally.refreshes()).isEqualTo(Map.of(SUCCEEDED, 2L, new Result("Failed", "DataError"), 1L));
        assertThat(tally.retries()).isZero();
    }

    @Test
    void aStatusThatSaysNothingNewOfRunsCountsNothing() {
        resource.look("11:00:00");
        ends("11:00:02", refreshed("11:00:00", "11:00:02"));
        Tally counted = tally;

        resource.declare("schedules: ['0 * * * *'], suspend: true");
        resource.look("11:30:00");
        tally = tally.and(before, resource.status(), null);

        assertThat(tally).isEqualTo(counted);
    }

    @Test
    void eachTryForOneCauseIsARunAndAllButTheFirstAreRetries() {
        resource.look("11:00:00");
        ends("11:00:02", failed(Reason.UNREACHABLE, null, "11:00:00", "11:00:02"));
        resource.look("11:00:30");
        ends("11:00:32", failed(Reason.UNREACHABLE, null, "11:00:30", "11:00:32"));
        resource.look("11:02:00");
        ends("11:02:02", refreshed("11:02:00", "11:02:02"));

        assertThat(resource.status().history()).hasSize(1);
        assertThat(tally.refreshes()).isEqualTo(Map.of(new Result("Failed", "Unreachable"), 2L, SUCCEEDED, 1L));
        assertThat(tally.retries()).isEqualTo(2);
    }

    @Test
    void attemptsAtABusyViewAreRetriesAndTheirWaitIsAddedUp() {
        resource.look("11:00:00");
        ends("11:00:05", refreshedAfter(3, Duration.ofMillis(2_500)));
        assertThat(tally.retries()).isEqualTo(2);
        resource.look("12:00:00");
        ends(
                "12:00:09",
                new Outcome.Failed(
                        new Failure(Reason.VIEW_BUSY, "busy"),
                        facts(true),
                        at("12:00:00"),
                        at("12:00:09"),
                        5,
                        Duration.ofSeconds(9)));

        assertThat(tally.retries()).isEqualTo(6);
        assertThat(tally.lockWait()).isEqualTo(Duration.ofMillis(11_500));
    }

    @Test
    void aRunThatARestartInterruptedIsCounted() {
        resource.look("11:00:00");
        resource.underWay("11:00:03", "11:00:00");
        before = resource.status();
        resource.restart();
        resource.look("11:10:00");
        tally = Tally.NOTHING.and(before, resource.status(), null);

        assertThat(tally.refreshes()).containsOnlyKeys(new Result("Failed", "Interrupted"));
    }

    private static Outcome refreshedAfter(int attempts, Duration lockWait) {
        var result = new RefreshResult(
                RefreshMode.CONCURRENT, 10L, 8192, attempts, lockWait, new ViewVersion(1, 2, 3), 4, List.of());
        return new Outcome.Refreshed(
                facts(true), result, at("11:00:00"), at("11:00:05"), Duration.ofSeconds(5), List.of(), null, null);
    }
}
