package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.ready;
import static dev.matview.operator.it.StatusIs.stalled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.MaterializedViewRefresh;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** No work for nothing. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class IdleIT {
    private static final int RESOURCES = 100;

    private final Scene scene;

    IdleIT(@Unserved Scene scene) {
        this.scene = scene;
    }

    @Test
    void resourcesWithNothingToDoCauseNoWritesAndHoldNoConnections() throws SQLException {
        scene.database()
                .execute(IntStream.range(0, RESOURCES)
                        .mapToObj(i -> "CREATE MATERIALIZED VIEW v" + i + " AS SELECT 1 AS id")
                        .toArray(String[]::new));
        scene.startOperator();
        var resources = IntStream.range(0, RESOURCES)
                .mapToObj(i -> scene.create(
                        "v" + i, "mode: Standard, suspend: " + (i % 10 == 0) + ", schedules: ['0 3 29 2 *']"))
                .toList();
        resources.forEach(r -> r.await("validated", ready()));
        await("the Events of all")
                .atMost(Duration.ofMinutes(1))
                .until(() -> versions().size() == 2 * RESOURCES);
        awaitNoConnections();
        assertNoWritesFor(Duration.ofSeconds(40));
        awaitNoConnections();
    }

    @Test
    void aStalledResourceIsLookedAtAgainWithoutAWrite() {
        scene.startOperator();
        var resource = scene.create("missing", "");
        resource.await("stalled", stalled("ViewMissing"));
        resource.awaitEvent("ViewMissing");
        assertNoWritesFor(Duration.ofSeconds(8));
    }

    private void assertNoWritesFor(Duration duration) {
        var before = versions();
        await("no writes for " + duration)
                .during(duration)
                .atMost(duration.plusMinutes(1))
                .pollInterval(Duration.ofSeconds(2))
                .untilAsserted(() -> assertThat(versions()).isEqualTo(before));
    }

    /** Changes with each write to a resource or event. */
    private Map<String, String> versions() {
        var resources = scene.client()
                .resources(MaterializedViewRefresh.class)
                .inNamespace(scene.namespace())
                .list()
                .getItems();
        var events = scene.client()
                .v1()
                .events()
                .inNamespace(scene.namespace())
                .list()
                .getItems();
        return Stream.concat(resources.stream(), events.stream())
                .collect(Collectors.toMap(
                        o -> o.getMetadata().getUid(), o -> o.getMetadata().getResourceVersion()));
    }

    private void awaitNoConnections() {
        await("no connections").atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(connections())
                .isZero());
    }

    private int connections() throws SQLException {
        return Integer.parseInt(Objects.requireNonNull(scene.database()
                .server()
                .scalar(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = ?",
                        scene.database().name())));
    }
}
