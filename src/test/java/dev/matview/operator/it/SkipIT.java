package dev.matview.operator.it;

import static dev.matview.operator.it.Schedules.hourlySinceHalfAnHour;
import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.lastRefresh;
import static dev.matview.operator.it.StatusIs.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.api.ViewWarning;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Runs on schedule that would change nothing; between two of them the operator is started anew. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class SkipIT {
    private static final Duration FIVE_HOURS = Duration.ofHours(5);

    /** A session that stays in the database is waited for. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Scene scene;

    SkipIT(@Unserved Scene scene) {
        this.scene = scene;
    }

    @Test
    void aRunThatWouldChangeNothingIsSkippedUntilMaxStaleness() throws SQLException {
        scene.database()
                .execute(
                        "CREATE TABLE t (id int)",
                        "INSERT INTO t VALUES (1)",
                        "CREATE MATERIALIZED VIEW totals AS SELECT id FROM t",
                        "CREATE UNIQUE INDEX ON totals (id)");
        var resource =
                scene.createDue("totals", "skipIfUnchanged: {maxStaleness: 24h}", hourlySinceHalfAnHour(), FIVE_HOURS);
        var refreshed = dueAgain(resource, lastRefresh("Succeeded"));
        assertThat(refreshed.lastRefresh())
                .extracting(RefreshRecord::fingerprint)
                .isNotNull();

        var skipped = dueAgain(resource, lastRefresh("Skipped").and(ready("Skipped")));
        assertThat(skipped.lastRefresh())
                .returns("Unchanged", RefreshRecord::reason)
                .returns("Schedule", RefreshRecord::trigger);
        assertThat(skipped.lastSuccessTime()).isAfter(refreshed.lastSuccessTime());
        assertThat(skipped.history())
                .extracting(RefreshRecord::status, RefreshRecord::fingerprint)
                .containsExactly(tuple("Skipped", null), tuple("Succeeded", null));
        assertThat(resource.awaitEvent("Unchanged").getMessage())
                .startsWith("nothing that it depends on has changed since the refresh at ");

        scene.database().execute("INSERT INTO t VALUES (2)");
        dueAgain(resource, lastRefresh("Succeeded"));
        assertThat(scene.database().scalar("SELECT count(*) FROM totals")).isEqualTo("2");

        resource.edit(Map.of("skipIfUnchanged", Map.of("maxStaleness", "1s")));
        var late = dueAgain(resource, lastRefresh("Succeeded"));
        assertThat(late.history()).hasSize(4);
        assertThat(late.history().getFirst().trigger()).isEqualTo("Schedule");
    }

    @Test
    void aViewThatCanNeverBeSkippedSaysSoOnce() throws SQLException {
        scene.createView("totals");
        var resource = scene.create("totals", "skipIfUnchanged: {maxStaleness: 24h}");
        scene.startOperator();
        var message =
                "refreshed also when nothing has changed: it uses function clock_timestamp, which may give another"
                        + " result for the same data";
        resource.await(
                "warned",
                s -> s.view() != null && s.view().warnings().contains(new ViewWarning("CannotSkip", message)));
        for (String token : List.of("one", "two")) {
            resource.request(token);
            resource.await("answered", answered(token).and(lastRefresh("Succeeded")));
        }
        assertThat(resource.awaitEvent("CannotSkip"))
                .returns(message, event -> event.getMessage())
                .returns("Warning", event -> event.getType())
                .returns(1, event -> event.getCount());
        assertThat(resource.awaitEvent("VolatileColumns"))
                .returns("Warning", event -> event.getType())
                .returns(1, event -> event.getCount());
        assertThat(Objects.requireNonNull(resource.status().view()).warnings())
                .extracting(ViewWarning::reason)
                .containsExactly("CannotSkip", "VolatileColumns");
    }

    /** Lets an operator come up three hours after the last scheduled time that was dealt with. */
    private MaterializedViewRefreshStatus dueAgain(
            RefreshResource resource, Predicate<MaterializedViewRefreshStatus> expected) {
        if (resource.status().lastScheduleTime() != null) {
            resource.writeStatus(Map.of(
                    "lastScheduleTime",
                    Instant.now()
                            .minus(Duration.ofHours(3))
                            .truncatedTo(ChronoUnit.SECONDS)
                            .toString()));
        }
        int before = resource.status().history().size();
        var operator = scene.startOperator();
        var status = resource.await(
                "due again", PATIENCE, expected.and(s -> s.history().size() == before + 1));
        operator.stop();
        return status;
    }
}
