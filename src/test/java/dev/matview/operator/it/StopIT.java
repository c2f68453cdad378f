package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.lastRefresh;
import static dev.matview.operator.it.StatusIs.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.matview.operator.api.RefreshRecord;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the operator still does when it is told to stop: all of it is in the status before the process ends. */
@ExtendWith(SceneExtension.class)
class StopIT {
    private final Scene scene;

    StopIT(@Unserved Scene scene) {
        this.scene = scene;
    }

    @Test
    void aRunThatEndsWithinTheGraceIsRecordedAndNoOtherBegins() throws SQLException {
        scene.createCountedView("totals", Duration.ofSeconds(5));
        var operator = startOperator("1m");
        var resource = scene.create("totals", "");
        resource.request("go");
        scene.awaitRefreshUnderWay();
        operator.beginStop();
        resource.request("too late");
        operator.awaitEnd(Duration.ofSeconds(60));
        assertThat(resource.status().history())
                .extracting(RefreshRecord::status, RefreshRecord::request)
                .containsExactly(tuple("Succeeded", "go"));
        assertThat(scene.refreshes()).isEqualTo(1);

        scene.pace(Duration.ZERO);
        startOperator("1m");
        resource.await("answered by the next", answered("too late").and(lastRefresh("Succeeded")));
        assertThat(scene.refreshes()).isEqualTo(2);
    }

    @Test
    void aRunThatTakesLongerIsEndedOnTheServerAndRecordedAsInterrupted() throws SQLException {
        scene.createCountedView("totals", Duration.ofMinutes(5));
        var operator = startOperator("1s");
        var resource = scene.create("totals", "");
        resource.request("go");
        scene.awaitRefreshUnderWay();
        assertThat(operator.stop()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(25));
        assertThat(scene.refreshesUnderWay()).isZero();
        var status = resource.status();
        assertThat(status.history())
                .extracting(RefreshRecord::status, RefreshRecord::reason)
                .containsExactly(tuple("Failed", "Interrupted"));
        assertThat(status.lastHandledRefreshRequest()).isNull();
        assertThat(resource.awaitEvent("Interrupted").getCount()).isEqualTo(1);

        scene.pace(Duration.ZERO);
        startOperator("1s");
        assertThat(resource.await("made up", answered("go").and(ready())).history())
                .hasSize(2);
        assertThat(scene.refreshes()).isEqualTo(1);
        assertThat(resource.awaitEvent("Interrupted").getCount()).isEqualTo(1);
    }

    private OperatorProcess startOperator(String grace) {
        return scene.startOperator(scene.cluster().kubeconfig(), Map.of("MATVIEW_STOP_GRACE", grace));
    }
}
