package dev.matview.operator.cronjob;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.Servers;
import dev.matview.operator.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command of pods that may skip. */
@DatabaseTest(Servers.OLDEST_AND_NEWEST)
class PodSkipTest {
    private static final String SCHEDULED = "totals-1a2b3c4d-29400000";
    private static final String BY_HAND = "totals-1a2b3c4d-r0000000";

    private final TestDatabase database;
    private final Path folder;

    PodSkipTest(TestDatabase database, @TempDir Path folder) {
        this.database = database;
        this.folder = folder;
    }

    @BeforeEach
    void viewAndMounts() throws SQLException {
        database.execute(
                "CREATE TABLE t (id int)",
                "INSERT INTO t VALUES (1)",
                "CREATE MATERIALIZED VIEW totals AS SELECT id FROM t",
                "CREATE UNIQUE INDEX ON totals (id)");
        CommandProcess.mount(folder, "database", CommandProcess.secret(database, database.password()));
        CommandProcess.mount(
                folder, "authority", Map.of("ca.crt", database.server().caPem()));
    }

    @Test
    void aScheduledPodSkipsByWhatAnEarlierOneHasKeptAndAnotherOneNever() throws Exception {
        var first = (Outcome.Refreshed) run(null, SCHEDULED);
        assertThat(first.fingerprint()).isNotNull();
        // Before 15 others' work on the server is in the way.
        if (database.server().version() >= 15) {
            assertThat(run(first.fingerprint(), SCHEDULED))
                    .isInstanceOfSatisfying(Outcome.Unchanged.class, skipped -> assertThat(skipped.fingerprint())
                            .isNotEqualTo(first.fingerprint()));
            assertThat(run(first.fingerprint(), BY_HAND, true))
                    .as("started by the operator for a scheduled time")
                    .isInstanceOf(Outcome.Unchanged.class);
        }
        assertThat(run(first.fingerprint(), BY_HAND)).isInstanceOf(Outcome.Refreshed.class);
        assertThat(run(first.fingerprint(), SCHEDULED)).isInstanceOf(Outcome.Refreshed.class);
    }

    private Outcome run(@Nullable String fingerprint, String job) throws Exception {
        return run(fingerprint, job, false);
    }

    private Outcome run(@Nullable String fingerprint, String job, boolean automatic) throws Exception {
        PodRequest given = CommandProcess.request("totals");
        var request = new PodRequest(
                given.generation(),
                given.view(),
                false,
                automatic,
                given.database(),
                false,
                given.policy(),
                given.cronJob(),
                List.of(),
                given.timeZone(),
                new PodSkip(Duration.ofDays(1), List.of("* * * * *"), fingerprint));
        try (var command = CommandProcess.start(folder, request, job)) {
            assertThat(command.awaitExit()).as(command.log()).isZero();
            return command.outcome();
        }
    }
}
