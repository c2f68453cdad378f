package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.lastRefresh;
import static dev.matview.operator.it.StatusIs.message;
import static dev.matview.operator.it.StatusIs.ready;
import static dev.matview.operator.it.StatusIs.stalled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.api.ViewWarning;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Views that resources declare. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class DefinitionIT {
    private static final String VIEWS = "SELECT count(*) FROM pg_matviews";
    static final String DECLARED = "view: {name: totals, definition: 'SELECT id FROM public.members',"
            + " indexes: [{columns: [id], unique: true}]}, onMissing: Create";

    private final Scene scene;

    DefinitionIT(Scene scene) {
        this.scene = scene;
    }

    @Test
    void aViewIsCreatedAndFilledAndCreatedAgainAndOutlivesItsResource() throws SQLException {
        members();
        var resource = scene.create("totals", DECLARED);
        var status = resource.await("created", lastRefresh("Succeeded").and(ready("Succeeded")));
        assertThat(status.lastRefresh())
                .isNotNull()
                .returns("Unpopulated", RefreshRecord::trigger)
                .extracting(RefreshRecord::message)
                .asString()
                .contains("\"public\".\"totals\" was created");
        assertThat(scene.database().scalar("SELECT count(*) FROM totals")).isEqualTo("3");
        assertThat(Objects.requireNonNull(status.view()).uniqueIndex()).isEqualTo("totals_id_idx");

        scene.database().execute("DROP MATERIALIZED VIEW totals");
        resource.request("again");
        resource.await("created again", answered("again").and(ready("Succeeded")));
        assertThat(scene.database().scalar("SELECT count(*) FROM totals")).isEqualTo("3");

        resource.delete();
        Awaitility.await()
                .untilAsserted(() -> assertThat(resource.object().get()).isNull());
        assertThat(scene.database().scalar(VIEWS)).isEqualTo("1");
    }

    @Test
    void aSuspendedResourceIsCheckedAndCreatesNothing() throws SQLException {
        members();
        var resource = scene.create("totals", DECLARED + ", mode: BlueGreen, suspend: true");
        resource.await("valid", ready("Suspended"));
        assertThat(scene.database().scalar(VIEWS)).isEqualTo("0");
        resource.suspend(false);
        resource.await("created", lastRefresh("Succeeded").and(ready("Succeeded")));
        assertThat(scene.database().scalar(VIEWS)).isEqualTo("2");
    }

    @Test
    void aDefinitionThatIsNotOneSelectStallsItsResourceUntilItIsCorrected() throws SQLException {
        members();
        var resource = scene.create("totals", DECLARED.replace("public.members", "public.members; DROP TABLE members"));
        var status = resource.await("refused", stalled("InvalidDefinition"));
        assertThat(message(status)).contains("exactly one SELECT", "semicolon");
        assertThat(status.lastRefresh()).isNull();
        assertThat(scene.database().scalar("SELECT count(*) FROM members")).isEqualTo("3");

        resource.edit(Map.of("view", Map.of("definition", "SELECT id FROM public.membres")));
        status = resource.await(
                "refused", stalled("InvalidDefinition").and(s -> message(s).contains("public.membres")));
        assertThat(message(status)).contains("names what is not there at line 1, column 16");
        scene.database().execute("ALTER TABLE members RENAME TO membres");
        resource.await("created", lastRefresh("Succeeded").and(ready("Succeeded")));
    }

    @Test
    void anotherDefinitionIsSaidOnceAndTheViewIsRefreshedAsItIs() throws SQLException {
        members();
        scene.database().execute("CREATE MATERIALIZED VIEW totals AS SELECT id + 1 AS id FROM members WITH NO DATA");
        var resource = scene.create("totals", DECLARED + ", mode: Standard");
        resource.await("filled", lastRefresh("Succeeded").and(ready("Succeeded")));
        resource.request("now");
        var status = resource.await("refreshed", answered("now").and(ready("Succeeded")));
        var view = Objects.requireNonNull(status.view());
        assertThat(view.definitionHash()).matches("[0-9a-f]{16}");
        assertThat(view.warnings()).singleElement().returns("DefinitionDrift", ViewWarning::reason);
        assertThat(resource.awaitEvent("DefinitionDrift"))
                .returns("Warning", event -> event.getType())
                .returns(1, event -> event.getCount())
                .extracting(event -> event.getMessage())
                .asString()
                .contains("has another query than spec.view.definition, and")
                .contains("lacks the unique index on \"id\" of spec.view.indexes");
        assertThat(scene.database().scalar("SELECT max(id) FROM totals")).isEqualTo("4");

        resource.edit(Map.of(
                "view",
                Map.of(
                        "definition",
                        "select members.id+1 AS id -- one more\n FROM public.members",
                        "indexes",
                        List.of())));
        status = resource.await(
                "right",
                ready().and(s -> Objects.requireNonNull(s.view()).warnings().isEmpty()));
        assertThat(Objects.requireNonNull(status.view()).definitionHash()).isEqualTo(view.definitionHash());
    }

    @Test
    void anotherDefinitionReplacesTheViewUnlessOneThatReadsItWouldNotSurvive() throws SQLException {
        members();
        scene.database()
                .execute(
                        "CREATE MATERIALIZED VIEW totals AS SELECT id + 1 AS id, 'x' AS mark FROM members",
                        "CREATE VIEW marks AS SELECT mark FROM totals",
                        "GRANT SELECT ON totals TO PUBLIC");
        var resource = scene.create("totals", DECLARED + ", onDrift: Recreate");
        resource.await("refused", stalled("ReplacementRefused"));
        resource.request("now");
        var status = resource.await("refused", answered("now").and(stalled("ReplacementRefused")));
        assertThat(message(status)).contains("view public.marks reads its column \"mark\"");
        assertThat(scene.database().scalar("SELECT min(id) FROM totals")).isEqualTo("2");

        scene.database().execute("DROP VIEW marks", "CREATE VIEW ids AS SELECT id FROM totals");
        status = resource.await("replaced", lastRefresh("Succeeded").and(ready("Succeeded")));
        assertThat(status.lastRefresh())
                .isNotNull()
                .extracting(RefreshRecord::message)
                .asString()
                .contains("has its declared definition now");
        assertThat(Objects.requireNonNull(status.view()).warnings()).isEmpty();
        assertThat(scene.database().scalar("SELECT min(id) FROM ids")).isEqualTo("1");
        assertThat(scene.database().scalar("SELECT has_table_privilege('public', 'totals', 'SELECT')"))
                .isEqualTo("t");
    }

    private void members() throws SQLException {
        scene.database().execute("CREATE TABLE members AS SELECT g AS id FROM generate_series(1, 3) AS g");
    }
}
