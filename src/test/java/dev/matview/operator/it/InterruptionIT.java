package dev.matview.operator.it;

import static dev.matview.operator.it.Schedules.hourlySinceHalfAnHour;
import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.lastRefresh;
import static dev.matview.operator.it.StatusIs.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.matview.operator.api.RefreshRecord;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The operator ends during a run: the server drops it, and it is made up once, after the next start. */
@ExtendWith(SceneExtension.class)
class InterruptionIT {
    private static final Duration ENDLESS = Duration.ofMinutes(5);

    private final Scene scene;

    InterruptionIT(@Unserved Scene scene) {
        this.scene = scene;
    }

    @Test
    void aRequestedRunIsMadeUpAfterTheOperatorWasKilled() throws SQLException {
        assertThat(interrupted(OperatorProcess::kill, Duration.ofSeconds(10), requested()))
                .extracting(
                        RefreshRecord::trigger, RefreshRecord::status, RefreshRecord::reason, RefreshRecord::request)
                .containsExactly(
                        tuple("Manual", "Succeeded", null, "afterwards"),
                        tuple("Manual", "Succeeded", null, "go"),
                        tuple("Manual", "Failed", "Interrupted", "go"));
    }

    @Test
    void aScheduledRunIsMadeUpAfterTheOperatorWasKilled() throws SQLException {
        var history = interrupted(OperatorProcess::kill, Duration.ofSeconds(10), scheduled());
        assertThat(history)
                .extracting(RefreshRecord::trigger, RefreshRecord::status, RefreshRecord::reason)
                .containsExactly(
                        tuple("Manual", "Succeeded", null),
                        tuple("Schedule", "Succeeded", null),
                        tuple("Schedule", "Failed", "Interrupted"));
        assertThat(history.get(1).scheduledTime()).isEqualTo(history.get(2).scheduledTime());
    }

    @Test
    void aRunEndsWithTheOperatorThatIsStoppedAndIsMadeUp() throws SQLException {
        assertThat(interrupted(
                        operator -> assertThat(operator.stop()).isLessThan(Duration.ofSeconds(25)),
                        Duration.ofSeconds(1),
                        requested()))
                .extracting(RefreshRecord::status, RefreshRecord::reason)
                .containsExactly(tuple("Succeeded", null), tuple("Succeeded", null), tuple("Failed", "Interrupted"));
    }

    private RefreshResource requested() throws SQLException {
        scene.createSlowView("slow", ENDLESS);
        var resource = scene.create("slow", "");
        resource.request("go");
        return resource;
    }

    private RefreshResource scheduled() throws SQLException {
        scene.createSlowView("slow", ENDLESS);
        return scene.createDue("slow", "", hourlySinceHalfAnHour(), Duration.ofHours(1));
    }

    /** The history after the run was interrupted, and one more was asked for. */
    private List<RefreshRecord> interrupted(Consumer<OperatorProcess> end, Duration grace, RefreshResource resource)
            throws SQLException {
        var operator = scene.startOperator();
        resource.await("shown", lastRefresh("Running"));
        scene.awaitRefreshUnderWay();
        end.accept(operator);
        scene.awaitRefreshesUnderWay(0, grace);
        scene.pace(Duration.ZERO);

        scene.startOperator();
        resource.await("made up", lastRefresh("Succeeded").and(ready()));
        assertThat(resource.awaitEvent("Interrupted").getCount()).isEqualTo(1);
        resource.request("afterwards");
        var status = resource.await("answered", answered("afterwards"));
        assertThat(status.missedSchedules()).isIn(null, 0L);
        return status.history();
    }
}
