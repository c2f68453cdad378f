package dev.matview.operator.postgres;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.replacement.Modes;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DatabaseTest
class SessionSettingsTest {
    private static final ViewName VIEW = new ViewName("public", "v");

    private final TestDatabase database;

    SessionSettingsTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void createView() throws SQLException {
        database.execute(
                "CREATE MATERIALIZED VIEW v AS SELECT current_setting('work_mem') AS work_mem",
                "CREATE UNIQUE INDEX ON v (work_mem)");
    }

    @ParameterizedTest
    @EnumSource
    void theQueryRunsUnderThemInEveryModeAndNothingElseDoes(RefreshMode mode) throws Exception {
        try (Connection connection = database.connect()) {
            refresh(connection, mode, Map.of("work_mem", "12345kB"));
            assertThat(database.scalar("SELECT work_mem FROM v")).isEqualTo("12345kB");
            assertThat(Refreshing.scalar(connection, "SHOW work_mem")).isNotEqualTo("12345kB");
        }
    }

    @Test
    void aSettingThatTheServerDoesNotKnowIsNamed() throws Exception {
        try (Connection connection = database.connect()) {
            assertRefused(
                    () -> refresh(connection, RefreshMode.STANDARD, Map.of("enable_magic", "on")),
                    "spec.settings.enable_magic: this server does not know the setting");
        }
    }

    @Test
    void aValueThatTheServerRefusesIsNamedAtTheFirstLook() throws Exception {
        try (Connection connection = database.connect()) {
            ViewFacts facts = Catalog.inspect(connection, VIEW, "server");
            var settings = new SessionSettings(Map.of("work_mem", "plenty"));
            Failure failure = requireNonNull(Modes.objection(connection, facts, RefreshMode.STANDARD, settings, null));
            assertThat(failure.reason()).isEqualTo(Reason.INVALID_SETTING);
            assertThat(failure.message()).contains("spec.settings.work_mem", "\"plenty\"");
            assertThat(Modes.objection(
                            connection,
                            facts,
                            RefreshMode.STANDARD,
                            new SessionSettings(Map.of("work_mem", "1GB")),
                            null))
                    .isNull();
        }
    }

    private static void assertRefused(ThrowingCallable refresh, String message) {
        assertThatThrownBy(refresh).isInstanceOfSatisfying(FailureException.class, e -> {
            assertThat(e.failure().reason()).isEqualTo(Reason.INVALID_SETTING);
            assertThat(e.failure().message()).startsWith(message);
        });
    }

    private static void refresh(Connection connection, RefreshMode mode, Map<String, String> values)
            throws SQLException, FailureException, InterruptedException {
        ViewFacts facts = Catalog.inspect(connection, VIEW, "server");
        var attempt = Modes.attempt(connection, facts, mode, new SessionSettings(values), new Cancellation());
        new Refresh(connection, facts.identity(), attempt, Refreshing.BOUNDS).run();
    }
}
