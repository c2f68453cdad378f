package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.lastRefresh;
import static dev.matview.operator.it.StatusIs.message;
import static dev.matview.operator.it.StatusIs.ready;
import static dev.matview.operator.it.StatusIs.stalled;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** An operator whose admin has not allowed definitions. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class DefinitionsNotAllowedIT {
    private final Scene scene;

    DefinitionsNotAllowedIT(@Unserved Scene scene) {
        this.scene = scene;
    }

    @Test
    void aDefinitionReachesNoDatabaseUntilTheyAreAllowed() throws SQLException {
        scene.database().execute("CREATE TABLE members AS SELECT 1 AS id");
        var resource = scene.create("totals", DefinitionIT.DECLARED);
        var operator = scene.startOperator(scene.cluster().kubeconfig(), Map.of("MATVIEW_DEFINITIONS", "false"));
        var status = resource.await("not allowed", stalled("DefinitionsNotAllowed"));
        assertThat(message(status))
                .contains("definitions.enabled", "MATVIEW_DEFINITIONS", "remove spec.view.definition");
        resource.request("now");
        resource.await("answered", answered("now").and(stalled("DefinitionsNotAllowed")));
        assertThat(scene.database().scalar("SELECT count(*) FROM pg_matviews")).isEqualTo("0");
        operator.stop();

        scene.startOperator();
        resource.await("created", lastRefresh("Succeeded").and(ready("Succeeded")));
    }
}
