package dev.matview.operator.it;

import static dev.matview.operator.it.RefreshResource.runs;
import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.lastRefresh;
import static dev.matview.operator.it.StatusIs.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.refresh.Runs;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The main job: a resource is validated, and refreshed on schedule and on request. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class RefreshIT {
    private final Scene scene;

    RefreshIT(Scene scene) {
        this.scene = scene;
    }

    @Test
    void aNewResourceOfAFilledViewIsValidatedAndLeftAlone() throws SQLException {
        scene.createView("totals");
        var before = scene.database().scalar("SELECT at FROM totals");
        var status = scene.create("totals", "").await("validated", ready("Valid"));
        assertThat(status.observedGeneration()).isEqualTo(1);
        assertThat(status.lastRefreshStatus()).isNull();
        assertThat(status.history()).isEmpty();
        assertThat(status.nextRefreshTime()).isNull();
        assertThat(status.view()).isNotNull().satisfies(view -> {
            assertThat(view.exists()).isTrue();
            assertThat(view.populated()).isTrue();
            assertThat(view.owner()).isEqualTo(scene.database().user());
            assertThat(view.uniqueIndex()).isEqualTo("totals_id_idx");
        });
        assertThat(scene.database().scalar("SELECT at FROM totals")).isEqualTo(before);
    }

    @Test
    void kubectlGetShowsViewModeScheduleStatusDurationAndReady() throws SQLException {
        scene.createView("totals");
        var resource = scene.create("totals", "mode: Standard, schedules: ['0 3 * * *'], timeZone: Europe/Berlin");
        resource.await("validated", ready());
        resource.request("once");
        var status = resource.await("refreshed", answered("once"));
        var row = new KubectlTable(scene.client()).row(resource);
        assertThat(row)
                .containsEntry("Name", resource.name())
                .containsEntry("View", "totals")
                .containsEntry("Mode", "Standard")
                .containsEntry("Schedule", "0 3 * * * (Europe/Berlin)")
                .containsEntry("Status", "Succeeded")
                .containsEntry(
                        "Duration", Objects.requireNonNull(status.lastRefresh()).duration())
                .containsEntry("Ready", "True")
                .containsEntry("Schema", "public")
                .containsEntry("Next", String.valueOf(status.nextRefreshTime()));
        assertThat(row.get("Last Refresh")).isNotEqualTo("<invalid>").isNotBlank();
        assertThat(row.get("Size")).matches("[0-9.]+ [kMG]?B");
        assertThat(row.get("Message")).startsWith("refreshed in ");
    }

    @Test
    void aRequestIsAnsweredByItsTokenAnEntryOfTheHistoryAndAnEvent() throws SQLException {
        scene.createView("totals");
        var before = scene.database().scalar("SELECT at FROM totals");
        var resource = scene.create("totals", "");
        resource.request("2026-11-21T10:00:00Z");
        var status = resource.await("answered", answered("2026-11-21T10:00:00Z").and(ready("Succeeded")));
        assertThat(status.lastRefreshStatus()).isEqualTo("Succeeded");
        assertThat(status.lastSuccessTime()).isEqualTo(status.lastRefreshTime()).isNotNull();
        assertThat(status.history()).singleElement().satisfies(run -> {
            assertThat(run).isEqualTo(status.lastRefresh());
            assertThat(run.trigger()).isEqualTo("Manual");
            assertThat(run.request()).isEqualTo("2026-11-21T10:00:00Z");
            assertThat(run.mode()).isEqualTo("Concurrent");
            assertThat(run.attempts()).isEqualTo(1);
        });
        assertThat(scene.database().scalar("SELECT at FROM totals")).isNotEqualTo(before);
        var event = resource.awaitEvent("Refreshed");
        assertThat(event.getType()).isEqualTo("Normal");
        assertThat(event.getInvolvedObject().getUid())
                .isEqualTo(resource.object().get().getMetadata().getUid());
    }

    @Test
    void aTokenThatIsRepeatedAsksForNothing() throws SQLException {
        scene.createView("totals");
        var resource = scene.create("totals", "");
        resource.request("a");
        var first = resource.await("answered", answered("a"));
        resource.request("a");
        resource.edit(Map.of("timeouts", Map.of("lock", "1s")));
        var edited = resource.await("validated anew", s -> Objects.equals(s.observedGeneration(), 2L));
        assertThat(edited.history()).isEqualTo(first.history());
        resource.request("b");
        assertThat(resource.await("answered", answered("b")).history())
                .extracting(RefreshRecord::request)
                .containsExactly("b", "a");
    }

    @Test
    void aTokenThatChangesTwiceDuringARunCausesOneMoreRun() throws SQLException {
        scene.createSlowView("slow", Duration.ofSeconds(2));
        var resource = scene.create("slow", "");
        resource.await("validated", ready());
        resource.request("first");
        scene.awaitRefreshUnderWay();
        resource.request("second");
        resource.request("third");
        var status = resource.await("answered", answered("third"));
        assertThat(status.history()).extracting(RefreshRecord::request).containsExactly("third", "first");
        assertThat(status.history()).extracting(RefreshRecord::status).containsOnly("Succeeded");
    }

    @Test
    void aLongRunIsShownWhileItIsUnderWay() throws SQLException {
        scene.createSlowView("slow", Duration.ofSeconds(4));
        var resource = scene.create("slow", "");
        resource.await("validated", ready());
        resource.request("long");
        var running = resource.await("Running", lastRefresh("Running"));
        assertThat(running.lastHandledRefreshRequest()).isNull();
        assertThat(running.condition("Ready")).isNotNull().returns("True", c -> c.status());
        assertThat(running.history()).isEmpty();
        var ended = resource.await("ended", lastRefresh("Succeeded"));
        assertThat(ended.lastRefresh()).isNotNull().satisfies(run -> {
            assertThat(run.startTime())
                    .isAfterOrEqualTo(
                            Objects.requireNonNull(running.lastRefresh()).startTime());
            assertThat(run.duration()).matches("4(\\.\\d+)?s");
        });
    }

    @Test
    void aSuspendedResourceIsRefreshedOnRequestAlone() throws SQLException {
        scene.createView("totals");
        var resource = scene.create("totals", "suspend: true, immediate: true, schedules: ['* * * * *']");
        var status = resource.await("validated", ready("Suspended"));
        assertThat(status.nextRefreshTime()).isNull();
        assertThat(status.history()).isEmpty();
        resource.request("now");
        status = resource.await("answered", answered("now"));
        assertThat(status.history()).hasSize(1);
        assertThat(status.condition("Ready")).isNotNull().returns("Suspended", c -> c.reason());
    }

    @Test
    void anUnpopulatedViewIsFilledAtOnceInWhateverModeWorks() throws SQLException {
        scene.database().execute("CREATE MATERIALIZED VIEW bare AS SELECT 1 AS id WITH NO DATA");
        scene.database().execute("CREATE UNIQUE INDEX ON bare (id)");
        var resource = scene.create("bare", "mode: Concurrent, schedules: ['0 3 1 1 *']");
        var status = resource.await("filled", lastRefresh("Succeeded").and(ready()));
        assertThat(runs(status, "Unpopulated")).singleElement().returns("Standard", RefreshRecord::mode);
        assertThat(status.history()).hasSize(1);
        assertThat(scene.database().scalar("SELECT id FROM bare")).isEqualTo("1");
    }

    @Test
    void aResourceThatWantsItImmediatelyIsRefreshedOnce() throws SQLException {
        scene.createView("totals");
        var resource = scene.create("totals", "immediate: true");
        var status = resource.await("refreshed", lastRefresh("Succeeded"));
        assertThat(runs(status, "Immediate")).hasSize(1);
        resource.request("later");
        status = resource.await("answered", answered("later"));
        assertThat(status.history()).hasSize(2);
    }

    @Test
    void aScheduleIsRunAtItsMinute() throws SQLException {
        scene.createView("totals");
        awaitTheFirstHalfOfAMinute();
        var resource = scene.create("totals", "schedules: ['* * * * *']");
        var created = resource.await("validated", ready());
        Instant due = Objects.requireNonNull(created.nextRefreshTime());
        assertThat(due).isEqualTo(due.truncatedTo(ChronoUnit.MINUTES));
        var status = resource.await(
                "run", Duration.ofSeconds(75), s -> !runs(s, "Schedule").isEmpty());
        assertThat(runs(status, "Schedule").getFirst()).satisfies(run -> {
            assertThat(run.scheduledTime()).isEqualTo(due);
            assertThat(run.startTime()).isBetween(due, due.plusSeconds(10));
            assertThat(run.status()).isEqualTo("Succeeded");
        });
        assertThat(status.lastScheduleTime()).isEqualTo(due);
        assertThat(status.nextRefreshTime()).isEqualTo(due.plus(Duration.ofMinutes(1)));
        assertThat(status.missedSchedules()).isIn(null, 0L);
    }

    @Test
    void whatIsSuspendedInTheSecondBeforeItsTimeIsNotRefreshed() throws SQLException {
        scene.createView("totals");
        var resource = scene.create("totals", "schedules: ['* * * * *']");
        boolean inTime = false;
        for (int tries = 0; tries < 3 && !inTime; tries++) {
            resource.suspend(false);
            inTime = suspendBefore(resource.await("validated", s -> s.nextRefreshTime() != null), resource);
        }
        assumeTrue(inTime, "the machine was too slow to suspend it in time");
        int runs = resource.status().history().size();
        await().pollDelay(Duration.ofSeconds(3))
                .untilAsserted(() -> assertThat(resource.status().history()).hasSize(runs));
    }

    /** Within the second before its next time; returns whether that was seen to have had an effect by then. */
    private static boolean suspendBefore(MaterializedViewRefreshStatus status, RefreshResource resource) {
        Instant due = Objects.requireNonNull(status.nextRefreshTime());
        await().atMost(Duration.ofSeconds(75))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> Instant.now().isAfter(due.minus(Runs.LEAD)));
        resource.suspend(true);
        resource.await("suspended", s -> s.nextRefreshTime() == null);
        return Instant.now().isBefore(due);
    }

    /** A resource that is made on the turn of a minute may be due before its first status is read. */
    private static void awaitTheFirstHalfOfAMinute() {
        await("the first half of a minute")
                .atMost(Duration.ofMinutes(1))
                .until(() -> Instant.now().atZone(ZoneOffset.UTC).getSecond() < 30);
    }

    @Test
    void theNextTimeIsTheEarliestOfAllSchedulesInTheirZone() throws SQLException {
        scene.createView("totals");
        var resource = scene.create("totals", "schedules: ['0 3 * * *', '30 2 * * *'], timeZone: Asia/Kolkata");
        var status = resource.await("validated", ready());
        var next = ZonedDateTime.ofInstant(
                Objects.requireNonNull(status.nextRefreshTime()), java.time.ZoneId.of("Asia/Kolkata"));
        assertThat(List.of("02:30", "03:00")).contains(next.toLocalTime().toString());
        assertThat(next.toInstant()).isAfter(Instant.now());
    }

    @Test
    void aChangeOfTheSchedulesStartsAnew() throws SQLException {
        scene.createView("totals");
        var resource = scene.create("totals", "schedules: ['0 3 * * *']");
        resource.await("validated", ready());
        Instant before = Instant.now();
        resource.edit(Map.of("schedules", List.of("0 4 * * *", "0 5 * * *")));
        var status = resource.await(
                "in force",
                s -> "0 4 * * *; 0 5 * * *".equals(s.schedule()) && Objects.equals(s.observedGeneration(), 2L));
        assertThat(status.scheduleSince()).isAfterOrEqualTo(before.truncatedTo(ChronoUnit.SECONDS));
        assertThat(status.history()).isEmpty();
        assertThat(Objects.requireNonNull(status.nextRefreshTime())
                        .atZone(java.time.ZoneOffset.UTC)
                        .getHour())
                .isIn(4, 5);
        resource.edit(Map.of("schedules", List.of()));
        status = resource.await("on demand", s -> "on demand".equals(s.schedule()));
        assertThat(status.nextRefreshTime()).isNull();
    }

    @Test
    void theHistoryHoldsTheLastTenRuns() throws SQLException {
        scene.createView("totals");
        var resource = scene.create("totals", "");
        for (int i = 1; i <= 12; i++) {
            resource.request("r" + i);
            resource.await("answered", answered("r" + i));
        }
        assertThat(resource.status().history())
                .extracting(RefreshRecord::request)
                .containsExactly("r12", "r11", "r10", "r9", "r8", "r7", "r6", "r5", "r4", "r3");
    }
}
