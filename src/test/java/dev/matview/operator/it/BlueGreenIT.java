package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.message;
import static dev.matview.operator.it.StatusIs.ready;
import static dev.matview.operator.it.StatusIs.stalled;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A view becomes a facade when its resource says so, and a materialized view again. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class BlueGreenIT {
    private static final String KIND = "SELECT relkind FROM pg_class WHERE oid = 'totals'::regclass";

    private final Scene scene;

    BlueGreenIT(Scene scene) {
        this.scene = scene;
    }

    @Test
    void aViewIsAdoptedOnlyWhenThatIsAllowedAndTurnedBackByAnotherMode() throws SQLException {
        scene.createView("totals");
        scene.database().execute("CREATE VIEW reader AS SELECT at FROM totals");
        var resource = scene.create("totals", "mode: BlueGreen");
        var status = resource.await("stalled", stalled("AdoptionNotAllowed"));
        assertThat(message(status)).contains("spec.blueGreen.adopt");
        assertThat(scene.database().scalar(KIND)).isEqualTo("m");

        resource.edit(Map.of("blueGreen", Map.of("adopt", true)));
        resource.await("valid", ready());
        assertThat(scene.database().scalar(KIND)).isEqualTo("m");
        String before = scene.database().scalar("SELECT at FROM reader");
        resource.request("adopt");
        status = resource.await("refreshed", answered("adopt").and(ready("Succeeded")));
        assertThat(message(status)).contains("is a plain view now");
        assertThat(status.lastRefresh()).isNotNull().returns("BlueGreen", run -> run.mode());
        assertThat(Objects.requireNonNull(status.view()).uniqueIndex()).isEqualTo("totals_id_idx");
        assertThat(resource.awaitEvent("Refreshed").getMessage()).contains("is a plain view now");
        assertThat(scene.database().scalar(KIND)).isEqualTo("v");
        String adopted = scene.database().scalar("SELECT at FROM reader");
        assertThat(adopted).isNotEqualTo(before);

        resource.request("again");
        status = resource.await("refreshed", answered("again").and(ready("Succeeded")));
        assertThat(message(status)).doesNotContain("plain view");
        assertThat(scene.database().scalar("SELECT at FROM reader")).isNotEqualTo(adopted);

        resource.edit(Map.of("mode", "Concurrent"));
        resource.request("back");
        status = resource.await("refreshed", answered("back").and(ready("Succeeded")));
        assertThat(message(status)).contains("is a materialized view again");
        assertThat(scene.database().scalar(KIND)).isEqualTo("m");
        assertThat(scene.database().scalar("SELECT count(*) FROM pg_class WHERE relname LIKE 'totals\\_\\_%'"))
                .isEqualTo("0");
    }
}
