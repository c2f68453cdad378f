package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.message;
import static dev.matview.operator.it.StatusIs.ready;
import static dev.matview.operator.it.StatusIs.stalled;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A view is replaced by a new one at each refresh, unless something on it would not survive. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class SwapIT {
    private static final String OID = "SELECT 'totals'::regclass::oid";

    private final Scene scene;

    SwapIT(Scene scene) {
        this.scene = scene;
    }

    @Test
    void eachRefreshPutsANewViewInThePlaceOfTheOldAndRefusesWhatWouldNotSurvive() throws SQLException {
        scene.createView("totals");
        scene.database().execute("CREATE VIEW reader AS SELECT at FROM totals");
        String oid = scene.database().scalar(OID);
        String before = scene.database().scalar("SELECT at FROM reader");
        var resource = scene.create("totals", "mode: Swap");
        resource.await("valid", ready());
        resource.request("first");
        var status = resource.await("refreshed", answered("first").and(ready("Succeeded")));
        assertThat(status.lastRefresh()).isNotNull().returns("Swap", run -> run.mode());
        assertThat(scene.database().scalar(OID)).isNotEqualTo(oid);
        assertThat(scene.database().scalar("SELECT at FROM reader")).isNotEqualTo(before);

        scene.database().execute("CREATE MATERIALIZED VIEW copied AS SELECT at FROM totals");
        oid = scene.database().scalar(OID);
        resource.request("second");
        status = resource.await("refused", answered("second").and(stalled("ReplacementRefused")));
        assertThat(message(status)).contains("materialized view public.copied", "choose another mode");
        assertThat(scene.database().scalar(OID)).isEqualTo(oid);

        scene.database().execute("DROP MATERIALIZED VIEW copied");
        resource.request("third");
        resource.await("refreshed", answered("third").and(ready("Succeeded")));
    }
}
