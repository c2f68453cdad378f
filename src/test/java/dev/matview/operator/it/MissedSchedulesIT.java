package dev.matview.operator.it;

import static dev.matview.operator.it.RefreshResource.runs;
import static dev.matview.operator.it.Schedules.hourlySinceHalfAnHour;
import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.lastRefresh;
import static dev.matview.operator.it.StatusIs.ready;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.RefreshRecord;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Scheduled times that passed without a run: one is made up at most, the others are counted and announced. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class MissedSchedulesIT {
    private static final Duration FIVE_HOURS = Duration.ofHours(5);

    private final Scene scene;

    MissedSchedulesIT(@Unserved Scene scene) {
        this.scene = scene;
    }

    @Test
    void anOperatorThatWasDownMakesUpOneRunOfFive() throws SQLException {
        scene.createView("totals");
        var resource = scene.createDue("totals", "", hourlySinceHalfAnHour(), FIVE_HOURS);
        scene.startOperator();
        var status = resource.await("made up", lastRefresh("Succeeded"));
        assertThat(runs(status, "Schedule"))
                .singleElement()
                .returns(status.lastScheduleTime(), RefreshRecord::scheduledTime);
        assertThat(status.lastScheduleTime()).isBetween(minutesAgo(32), minutesAgo(29));
        assertThat(status.missedSchedules()).isEqualTo(4);
        assertThat(resource.awaitEvent("MissedSchedules").getMessage()).startsWith("4 scheduled times");
        assertNoFurtherRun(resource);
    }

    @Test
    void whatIsLaterThanTheDeadlineIsCountedAlone() throws SQLException {
        scene.createView("totals");
        var resource = scene.createDue("totals", "startingDeadlineSeconds: 60", hourlySinceHalfAnHour(), FIVE_HOURS);
        scene.startOperator();
        var status = resource.await("counted", ready("Valid").and(s -> Objects.equals(s.missedSchedules(), 5L)));
        assertThat(status.history()).isEmpty();
        assertThat(status.nextRefreshTime()).isAfter(Instant.now());
        assertThat(resource.awaitEvent("MissedSchedules").getMessage()).startsWith("5 scheduled times");
        assertNoFurtherRun(resource);
    }

    @Test
    void aResourceThatIsResumedMakesUpOneRun() throws SQLException {
        scene.createView("totals");
        var resource = scene.createDue("totals", "suspend: true", hourlySinceHalfAnHour(), FIVE_HOURS);
        scene.startOperator();
        var suspended = resource.await("validated", ready("Suspended"));
        assertThat(suspended.history()).isEmpty();
        assertThat(suspended.missedSchedules()).isNull();
        resource.suspend(false);
        var status = resource.await("made up", lastRefresh("Succeeded"));
        assertThat(runs(status, "Schedule")).hasSize(1);
        assertThat(status.missedSchedules()).isEqualTo(4);
        resource.awaitEvent("MissedSchedules");
        assertNoFurtherRun(resource);
    }

    private static void assertNoFurtherRun(RefreshResource resource) {
        int before = resource.status().history().size();
        resource.request("marker");
        assertThat(resource.await("answered", answered("marker")).history()).hasSize(before + 1);
    }

    private static Instant minutesAgo(int minutes) {
        return Instant.now().minus(Duration.ofMinutes(minutes));
    }
}
