package dev.matview.operator.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Maintenance;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Connections;
import dev.matview.operator.postgres.DeclaredView;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.RoutineMaintenance;
import dev.matview.operator.postgres.SessionSettings;
import dev.matview.operator.postgres.TestSettings;
import dev.matview.operator.postgres.Upkeep;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.Servers;
import dev.matview.operator.testing.TestDatabase;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a run does besides the refresh. */
@DatabaseTest(Servers.OLDEST_AND_NEWEST)
class MaintenanceRunTest {
    private final TestDatabase database;

    MaintenanceRunTest(TestDatabase database) throws Exception {
        this.database = database;
        database.execute(
                "CREATE MATERIALIZED VIEW v AS SELECT 1 AS id, current_setting('work_mem') AS work_mem",
                "CREATE UNIQUE INDEX ON v (id)");
    }

    @ParameterizedTest
    @EnumSource
    void inEveryModeTheSettingsHoldAndTheViewIsAnalyzed(RefreshMode mode) throws Exception {
        var settings = new SessionSettings(Map.of("work_mem", "12345kB"));
        assertThat(run(mode, settings, new RoutineMaintenance(Maintenance.ALWAYS, Maintenance.NEVER)))
                .isInstanceOf(Outcome.Refreshed.class);
        assertThat(database.scalar("SELECT work_mem FROM v")).isEqualTo("12345kB");
        assertThat(database.scalar("SELECT count(*) FROM pg_stats WHERE attname = 'work_mem' AND tablename LIKE 'v%'"))
                .isEqualTo("1");
    }

    @Test
    void aSettingThatIsRefusedEndsTheRunBeforeTheView() throws Exception {
        var settings = new SessionSettings(Map.of("work_mem", "plenty"));
        assertThat(run(RefreshMode.STANDARD, settings, RoutineMaintenance.NONE))
                .isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                    assertThat(failed.failure().message()).contains("spec.settings.work_mem");
                    assertThat(failed.attempts()).isZero();
                });
    }

    private Outcome run(RefreshMode mode, SessionSettings settings, RoutineMaintenance maintenance)
            throws InterruptedException {
        var view = new DeclaredView(
                new ViewName("public", "v"), mode, true, Refreshing.BOUNDS, settings, maintenance, Upkeep.NONE, null);
        var credentials = new Credentials(TestSettings.of(database), false);
        var request = new RunRequest<>(
                "v", 1, new Trigger.Manual(null), null, () -> credentials, view, identity -> null, null);
        try (Connections connections = TestSettings.connections()) {
            return new Run(request, connections, new Slots(2, 32), Clock.systemUTC(), () -> true, () -> true).execute();
        }
    }
}
