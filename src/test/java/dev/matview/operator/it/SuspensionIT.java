package dev.matview.operator.it;

import static dev.matview.operator.it.Schedules.hourlySinceHalfAnHour;
import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.lastRefresh;
import static dev.matview.operator.it.StatusIs.message;
import static dev.matview.operator.it.StatusIs.ready;
import static dev.matview.operator.it.StatusIs.stalled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.matview.operator.api.RefreshRecord;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A view whose query fails on the data: its resource suspends itself, and that outlives the operator. */
@ExtendWith(SceneExtension.class)
class SuspensionIT {
    private static final Duration SOME_HOURS = Duration.ofHours(3);

    private final Scene scene;

    SuspensionIT(@Unserved Scene scene) {
        this.scene = scene;
    }

    @BeforeEach
    void createViewThatFails() throws SQLException {
        scene.database()
                .execute(
                        "CREATE TABLE divisors AS SELECT 1 AS d",
                        "CREATE MATERIALIZED VIEW shares AS SELECT 100 / d AS share FROM divisors",
                        "CREATE UNIQUE INDEX ON shares (share)",
                        "UPDATE divisors SET d = 0");
    }

    @Test
    void itLastsOverARestartUntilTheSpecIsChanged() throws SQLException {
        var resource = due("suspendAfterFailures: 1");
        var operator = scene.startOperator();
        var status = resource.await("suspended", stalled("SuspendedByFailures"));
        assertThat(message(status)).contains("a run has failed", "DataError");
        assertThat(status.nextRefreshTime()).isNull();
        assertThat(status.history()).singleElement().returns("Schedule", RefreshRecord::trigger);
        assertThat(resource.awaitEvent("SuspendedByFailures").getType()).isEqualTo("Warning");
        operator.stop();
        scene.database().execute("UPDATE divisors SET d = 1");
        // As if it had been so for hours.
        resource.writeStatus(Map.of(
                "lastScheduleTime",
                Instant.now().minus(SOME_HOURS).truncatedTo(ChronoUnit.SECONDS).toString()));
        var before = resource.status();

        scene.startOperator();
        scene.createView("others");
        scene.create("others", "").await("the next operator is at work", ready("Valid"));
        assertThat(resource.status()).isEqualTo(before);
        resource.edit(Map.of("suspendAfterFailures", 2));
        status = resource.await("made up", lastRefresh("Succeeded").and(ready("Succeeded")));
        assertThat(status.history())
                .extracting(RefreshRecord::trigger, RefreshRecord::status)
                .containsExactly(tuple("Schedule", "Succeeded"), tuple("Schedule", "Failed"));
        assertThat(status.nextRefreshTime()).isNotNull();
    }

    @Test
    void aRequestedRefreshThatSucceedsEndsIt() throws SQLException {
        var resource = due("suspendAfterFailures: 2");
        scene.startOperator();
        resource.await("failed once", lastRefresh("Failed"));
        resource.request("second");
        resource.await("suspended", answered("second").and(stalled("SuspendedByFailures")));
        resource.request("third");
        var status = resource.await("still", answered("third").and(stalled("SuspendedByFailures")));
        assertThat(status.consecutiveFailures()).isEqualTo(3);
        scene.database().execute("UPDATE divisors SET d = 1");
        resource.request("fourth");
        status = resource.await("works", answered("fourth").and(ready("Succeeded")));
        assertThat(status.consecutiveFailures()).isZero();
        assertThat(status.nextRefreshTime()).isNotNull();
    }

    private RefreshResource due(String spec) {
        return scene.createDue("shares", spec, hourlySinceHalfAnHour(), Duration.ofHours(1));
    }
}
