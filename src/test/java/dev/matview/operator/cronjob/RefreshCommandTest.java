package dev.matview.operator.cronjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.api.SkipReason;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Trigger;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.Servers;
import dev.matview.operator.testing.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command in a process of its own against a real database. */
@DatabaseTest(Servers.OLDEST_AND_NEWEST)
class RefreshCommandTest {
    private static final String JOB = "totals-1a2b3c4d-29400000";

    private final TestDatabase database;
    private final Path folder;

    RefreshCommandTest(TestDatabase database, @TempDir Path folder) {
        this.database = database;
        this.folder = folder;
    }

    @BeforeEach
    void viewAndMounts() throws SQLException {
        database.execute(
                "CREATE MATERIALIZED VIEW totals AS SELECT 1 AS id, clock_timestamp() AS at",
                "CREATE UNIQUE INDEX ON totals (id)");
        CommandProcess.mount(folder, "database", CommandProcess.secret(database, database.password()));
        CommandProcess.mount(
                folder, "authority", Map.of("ca.crt", database.server().caPem()));
    }

    @Test
    void itRefreshesAndReports() throws Exception {
        String before = database.scalar("SELECT at FROM totals");
        try (var command = CommandProcess.start(folder, CommandProcess.request("totals"), JOB)) {
            assertThat(command.awaitExit()).as(command.log()).isZero();
            assertThat(command.outcome()).isInstanceOfSatisfying(Outcome.Refreshed.class, refreshed -> {
                assertThat(refreshed.result().mode()).isEqualTo(RefreshMode.CONCURRENT);
                assertThat(refreshed.result().attempts()).isEqualTo(1);
                assertThat(refreshed.result().sizeBytes()).isPositive();
                assertThat(refreshed.facts().identity().database()).isEqualTo(database.name());
                assertThat(refreshed.facts().usableUniqueIndex()).isEqualTo("totals_id_idx");
                assertThat(refreshed.completionTime()).isAfterOrEqualTo(refreshed.startTime());
            });
            assertThat(command.message()).hasLineCount(1);
            assertThat(command.message() + command.log()).doesNotContain(database.password());
        }
        assertThat(database.scalar("SELECT at FROM totals")).isNotEqualTo(before);
    }

    @Test
    void aLookLeavesTheViewAlone() throws Exception {
        String before = database.scalar("SELECT at FROM totals");
        var check = CommandProcess.request("totals").startedFor(new Trigger.Check());
        try (var command = CommandProcess.start(folder, check, "totals-1a2b3c4d-r00000000")) {
            assertThat(command.awaitExit()).as(command.log()).isZero();
            assertThat(command.outcome()).isInstanceOf(Outcome.Checked.class);
        }
        assertThat(database.scalar("SELECT at FROM totals")).isEqualTo(before);
    }

    @Test
    void aViewThatIsMissingIsNamed() throws Exception {
        Failure failure = failure(CommandProcess.request("nothing"));
        assertThat(failure.reason()).isEqualTo(Reason.VIEW_MISSING);
        assertThat(failure.message()).contains("\"public\".\"nothing\"");
    }

    @Test
    void aViewThatIsStillToComeIsSkipped() throws Exception {
        ObjectNode waiting = Json.MAPPER.valueToTree(CommandProcess.request("nothing"));
        waiting.withObject("view").withObject("upkeep").put("onMissing", "Skip");
        try (var command = CommandProcess.start(folder, PodRequest.parse(waiting.toString()), JOB)) {
            assertThat(command.awaitExit()).as(command.log()).isZero();
            assertThat(command.outcome())
                    .isInstanceOfSatisfying(Outcome.Skipped.class, skipped -> assertThat(skipped.reason())
                            .isEqualTo(SkipReason.VIEW_MISSING));
        }
    }

    @Test
    void aViewThatIsDeclaredIsCreated() throws Exception {
        ObjectNode creating = Json.MAPPER.valueToTree(CommandProcess.request("made"));
        var upkeep = creating.withObject("view").withObject("upkeep").put("onMissing", "Create");
        var definition = upkeep.putObject("definition").put("query", "SELECT id FROM public.totals -- \"ä\"");
        definition
                .putArray("indexes")
                .addObject()
                .put("unique", true)
                .putArray("columns")
                .add("id");
        PodRequest request = PodRequest.parse(creating.toString());
        try (var command = CommandProcess.start(folder, request.startedFor(new Trigger.Check()), JOB)) {
            assertThat(command.awaitExit()).as(command.log()).isZero();
            assertThat(command.outcome()).isEqualTo(new Outcome.Creatable());
        }
        try (var command = CommandProcess.start(folder, request, JOB)) {
            assertThat(command.awaitExit()).as(command.log()).isZero();
            assertThat(command.outcome()).isInstanceOf(Outcome.Refreshed.class);
        }
        assertThat(database.scalar("SELECT id FROM made")).isEqualTo("1");
    }

    @Test
    void aWrongPasswordIsToldWithoutIt() throws Exception {
        CommandProcess.mount(folder, "database", Map.of("password", "not the password"));
        Failure failure = failure(CommandProcess.request("totals"));
        assertThat(failure.reason()).isEqualTo(Reason.AUTHENTICATION_FAILED);
        assertThat(failure.sqlState()).isEqualTo("28P01");
    }

    @Test
    void aSecretThatIsNotThereIsNamed() throws Exception {
        for (String key : CommandProcess.secret(database, "").keySet()) {
            Files.delete(folder.resolve("database").resolve(key));
        }
        Failure failure = failure(CommandProcess.request("totals"));
        assertThat(failure.reason()).isEqualTo(Reason.SECRET_MISSING);
        assertThat(failure.message()).contains("no Secret \"db\"");
    }

    @Test
    void anAuthorityThatIsNotThereIsNamed() throws Exception {
        Files.delete(folder.resolve("authority/ca.crt"));
        Failure failure = failure(CommandProcess.request("totals"));
        assertThat(failure.reason()).isEqualTo(Reason.SECRET_MISSING);
        assertThat(failure.message()).contains("\"db-ca\"", "\"ca.crt\"");
    }

    @Test
    void whenTheSecretForbidsItTheHostIsNotReplaced() throws Exception {
        PodRequest given = CommandProcess.request("totals");
        ObjectNode elsewhere = Json.MAPPER.valueToTree(given);
        elsewhere.withObject("database").put("host", "elsewhere.example");
        Failure failure = failure(PodRequest.parse(elsewhere.toString()));
        assertThat(failure.reason()).isEqualTo(Reason.OVERRIDE_REFUSED);
    }

    @Test
    void itConnectsToNoHostThatTheOperatorMayNotConnectTo() throws Exception {
        ObjectNode limited = Json.MAPPER.valueToTree(CommandProcess.request("totals"));
        limited.withObject("policy")
                .withObject("allowedHosts")
                .withArray("entries")
                .add("*.db.example");
        Failure failure = failure(PodRequest.parse(limited.toString()));
        assertThat(failure.reason()).isEqualTo(Reason.HOST_REFUSED);
    }

    @Test
    void oneThatIsToldToEndCancelsOnTheServerAndSaysSo() throws Exception {
        createEndlessView();
        try (var command = CommandProcess.start(folder, CommandProcess.request("endless"), JOB)) {
            await().atMost(CommandProcess.PATIENCE).until(() -> underWay() == 1);
            command.terminate();
            assertThat(command.awaitExit()).isEqualTo(143);
            assertThat(command.outcome()).isInstanceOfSatisfying(Outcome.Failed.class, failed -> assertThat(
                            failed.failure().reason())
                    .isEqualTo(Reason.INTERRUPTED));
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> underWay() == 0);
    }

    @Test
    void oneThatIsKilledLeavesNoMessageAndTheServerEndsItsStatement() throws Exception {
        createEndlessView();
        try (var command = CommandProcess.start(folder, CommandProcess.request("endless"), JOB)) {
            await().atMost(CommandProcess.PATIENCE).until(() -> underWay() == 1);
            command.kill();
            assertThat(command.awaitExit()).isEqualTo(137);
        }
        assertThat(folder.resolve("message")).doesNotExist();
        await().atMost(Duration.ofSeconds(30)).until(() -> underWay() == 0);
    }

    @Test
    void ofTwoSchedulesWithOneTimeTheLaterInTheListLeavesItToTheOther() throws Exception {
        String before = database.scalar("SELECT at FROM totals");
        PodRequest given = CommandProcess.request("totals");
        var second = new PodRequest(
                given.generation(),
                given.view(),
                false,
                false,
                given.database(),
                false,
                given.policy(),
                given.cronJob(),
                List.of("*/5 * * * *"),
                "Etc/UTC",
                null);
        Instant hour = Instant.parse("2026-11-21T10:00:00Z");
        try (var command = CommandProcess.start(folder, second, given.cronJob() + "-" + hour.getEpochSecond() / 60)) {
            assertThat(command.awaitExit()).as(command.log()).isZero();
            assertThat(command.outcome())
                    .isInstanceOfSatisfying(Outcome.Skipped.class, skipped -> assertThat(skipped.message())
                            .contains(hour.toString()));
        }
        assertThat(database.scalar("SELECT at FROM totals")).isEqualTo(before);
        Instant another = hour.plus(Duration.ofMinutes(2));
        try (var command =
                CommandProcess.start(folder, second, given.cronJob() + "-" + another.getEpochSecond() / 60)) {
            assertThat(command.awaitExit()).isZero();
            assertThat(command.outcome()).isInstanceOf(Outcome.Refreshed.class);
        }
    }

    @Test
    void withoutARequestItSaysWhatItIsFor() throws Exception {
        try (var command = CommandProcess.start(folder, Map.of())) {
            assertThat(command.awaitExit()).isEqualTo(2);
            assertThat(command.log()).contains("run by the Jobs of the operator", "MATVIEW_REQUEST is missing");
        }
    }

    private void createEndlessView() throws SQLException {
        database.execute(
                "CREATE TABLE pace AS SELECT 600::float8 AS seconds",
                "CREATE MATERIALIZED VIEW endless AS SELECT 1 AS id FROM pace, LATERAL pg_sleep(pace.seconds)"
                        + " WITH NO DATA",
                "CREATE UNIQUE INDEX ON endless (id)");
    }

    private Failure failure(PodRequest request) throws InterruptedException {
        try (var command = CommandProcess.start(folder, request, JOB)) {
            assertThat(command.awaitExit()).as(command.log()).isEqualTo(1);
            assertThat(command.message() + command.log()).doesNotContain(database.password());
            assertThat(command.message().getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(4096);
            assertThat(command.outcome()).isInstanceOf(Outcome.Failed.class);
            return ((Outcome.Failed) command.outcome()).failure();
        }
    }

    private int underWay() throws SQLException {
        return Integer.parseInt(String.valueOf(database.server()
                .scalar(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = ? AND state = 'active'"
                                + " AND query LIKE 'REFRESH%'",
                        database.name())));
    }
}
