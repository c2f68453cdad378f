package dev.matview.operator.it;

import static dev.matview.operator.it.Schedules.hourlySinceHalfAnHour;
import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.failing;
import static dev.matview.operator.it.StatusIs.lastRefresh;
import static dev.matview.operator.it.StatusIs.notValidatedYet;
import static dev.matview.operator.it.StatusIs.ready;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.testing.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The database dies during a run: the run stays due, and is recorded once. */
@ExtendWith(SceneExtension.class)
class DatabaseOutageIT {
    private final PostgresServer server = PostgresServer.start(18);
    private final Scene scene;

    DatabaseOutageIT(@Unserved Scene scene) {
        this.scene = scene.on(server);
    }

    @BeforeEach
    void prepare() throws SQLException {
        scene.createSlowView("slow", Duration.ofSeconds(3));
    }

    @AfterEach
    void close() {
        try (server) {
            scene.close();
        }
    }

    @Test
    void aRequestedRunIsTriedAgainUntilItIsAnswered() {
        scene.startOperator();
        var resource = scene.create("slow", "");
        resource.request("go");
        var status = outage(resource);
        assertThat(status.lastHandledRefreshRequest()).isEqualTo("go");
    }

    @Test
    void aScheduledRunIsTriedAgainUntilItSucceeds() {
        var resource = scene.createDue("slow", "", hourlySinceHalfAnHour(), Duration.ofHours(1));
        scene.startOperator();
        var status = outage(resource);
        assertThat(status.lastRefresh()).isNotNull().satisfies(run -> {
            assertThat(run.trigger()).isEqualTo("Schedule");
            assertThat(run.scheduledTime()).isEqualTo(status.lastScheduleTime());
        });
    }

    private MaterializedViewRefreshStatus outage(RefreshResource resource) {
        scene.awaitRefreshUnderWay();
        server.stopImmediately();
        var down = resource.await("unreachable", failing("Unreachable").or(notValidatedYet("Unreachable")));
        assertThat(down.history()).singleElement().returns("Failed", r -> r.status());
        assertThat(down.lastHandledRefreshRequest()).isNull();
        resource.await("to be tried again", s -> s.nextRetryTime() != null);
        server.start();
        var status = resource.await("made up", lastRefresh("Succeeded").and(ready("Succeeded")));
        assertThat(status.history()).singleElement().satisfies(run -> {
            assertThat(run.status()).isEqualTo("Succeeded");
            assertThat(run.attempts()).isGreaterThan(1);
        });
        assertThat(status.consecutiveFailures()).isZero();
        assertThat(status.missedSchedules()).isIn(null, 0L);
        assertThat(status.nextRetryTime()).isNull();
        resource.request("afterwards");
        assertThat(resource.await("answered", answered("afterwards")).history()).hasSize(2);
        return status;
    }
}
