package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.lastRefresh;
import static dev.matview.operator.it.StatusIs.ready;
import static dev.matview.operator.it.StatusIs.stalled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.RefreshRecord;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What becomes of a run when its resource changes meanwhile. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class DuringRunIT {
    private static final Duration ENDLESS = Duration.ofMinutes(5);

    private final Scene scene;

    DuringRunIT(Scene scene) {
        this.scene = scene;
    }

    @Test
    void anEditLetsTheRunEndAndIsValidatedAfterwards() throws SQLException {
        scene.createSlowView("slow", Duration.ofSeconds(3));
        var resource = underWay("");
        resource.edit(Map.of("view", Map.of("name", "elsewhere")));
        var status = resource.await("validated anew", stalled("ViewMissing"));
        assertThat(status.observedGeneration()).isEqualTo(2);
        assertThat(status.history()).singleElement().satisfies(run -> {
            assertThat(run.status()).isEqualTo("Succeeded");
            assertThat(run.request()).isEqualTo("go");
        });
        assertThat(status.lastHandledRefreshRequest()).isEqualTo("go");
        assertThat(status.view()).isNotNull().returns(false, v -> v.exists());
    }

    @Test
    void aSuspensionLetsTheRunEnd() throws SQLException {
        scene.createSlowView("slow", Duration.ofSeconds(3));
        var resource = underWay("schedules: ['0 3 1 1 *']");
        resource.suspend(true);
        var status = resource.await("ended", lastRefresh("Succeeded").and(ready("Suspended")));
        assertThat(status.history()).hasSize(1);
    }

    @Test
    void aDeletionEndsTheStatementOnTheServer() throws SQLException {
        scene.createSlowView("slow", ENDLESS);
        underWay("").delete();
        scene.awaitRefreshesUnderWay(0, Duration.ofSeconds(5));
    }

    @Test
    void aResourceThatIsCreatedAnewHasNothingToDoWithTheOldOnesRun() throws SQLException {
        scene.createSlowView("slow", ENDLESS);
        var old = underWay("");
        old.await("shown", lastRefresh("Running"));
        old.delete();
        scene.pace(Duration.ZERO);
        var anew = scene.create("slow", "");
        var status = anew.await("validated", ready("Valid"));
        assertThat(status.lastRefreshStatus()).isNull();
        assertThat(status.history()).isEmpty();
        scene.awaitRefreshesUnderWay(0, Duration.ofSeconds(5));
        anew.request("mine");
        assertThat(anew.await("answered", answered("mine")).history())
                .extracting(RefreshRecord::status, RefreshRecord::request)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("Succeeded", "mine"));
    }

    @Test
    void aWithdrawnRequestLetsTheRunEnd() throws SQLException {
        scene.createSlowView("slow", Duration.ofSeconds(3));
        var resource = underWay("");
        resource.object().edit(r -> {
            r.getMetadata().getAnnotations().clear();
            return r;
        });
        var status = resource.await("ended", answered("go"));
        assertThat(Objects.requireNonNull(status.lastRefresh()).status()).isEqualTo("Succeeded");
    }

    private RefreshResource underWay(String spec) {
        var resource = scene.create("slow", spec);
        resource.await("validated", ready());
        resource.request("go");
        scene.awaitRefreshUnderWay();
        return resource;
    }
}
