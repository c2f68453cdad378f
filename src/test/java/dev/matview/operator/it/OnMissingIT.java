package dev.matview.operator.it;

import static dev.matview.operator.it.Schedules.hourlySinceHalfAnHour;
import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.lastRefresh;
import static dev.matview.operator.it.StatusIs.message;
import static dev.matview.operator.it.StatusIs.ready;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.RefreshRecord;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A view that is still to come. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class OnMissingIT {
    private final Scene scene;

    OnMissingIT(@Unserved Scene scene) {
        this.scene = scene;
    }

    @Test
    void aViewThatIsStillToComeIsSkippedAndRefreshedWhenItIsThere() throws SQLException {
        var resource = scene.createDue("totals", "onMissing: Skip", hourlySinceHalfAnHour(), Duration.ofHours(1));
        scene.startOperator();
        var status = resource.await("skipped", lastRefresh("Skipped").and(ready("ViewMissing")));
        assertThat(status.lastRefresh())
                .isNotNull()
                .returns("ViewMissing", RefreshRecord::reason)
                .returns("Schedule", RefreshRecord::trigger);
        assertThat(message(status)).contains("there is no \"public\".\"totals\"");
        assertThat(Objects.requireNonNull(status.view()).exists()).isFalse();
        assertThat(resource.awaitEvent("ViewMissing").getType()).isEqualTo("Normal");

        resource.request("now");
        resource.await("answered", answered("now").and(ready("ViewMissing")));

        scene.createView("totals");
        status = resource.await("made up", lastRefresh("Succeeded").and(ready("Succeeded")));
        assertThat(status.consecutiveFailures()).isZero();
    }
}
