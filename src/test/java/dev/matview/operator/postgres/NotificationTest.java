package dev.matview.operator.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.matview.operator.api.Occasion;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

@DatabaseTest
class NotificationTest {
    private static final ViewName VIEW = new ViewName("ü".repeat(31), "\"".repeat(63));
    private static final Instant START = Instant.parse("2026-11-21T10:00:00.123Z");
    private static final Notification NOTIFICATION = new Notification("odd \"Channel\"; --", Occasion.ALWAYS);

    private final TestDatabase database;

    NotificationTest(TestDatabase database) {
        this.database = database;
    }

    @Test
    void aRefreshIsToldInJson() throws Exception {
        var result = new RefreshResult(
                RefreshMode.CONCURRENT, 42L, 8192, 1, Duration.ZERO, new ViewVersion(1, 2, 3), 4, List.of());
        JsonNode payload = heard(news(result, null));
        assertThat(payload.fieldNames())
                .toIterable()
                .containsExactly(
                        "database",
                        "schema",
                        "view",
                        "status",
                        "trigger",
                        "mode",
                        "startTime",
                        "completionTime",
                        "rows",
                        "sizeBytes");
        assertThat(payload.get("database").asText()).isEqualTo(database.name());
        assertThat(payload.get("schema").asText()).isEqualTo(VIEW.schema());
        assertThat(payload.get("view").asText()).isEqualTo(VIEW.name());
        assertThat(payload.get("status").asText()).isEqualTo("Succeeded");
        assertThat(payload.get("startTime").asText()).isEqualTo(START.toString());
        assertThat(payload.get("rows").asLong()).isEqualTo(42);
    }

    @Test
    void aFailureIsToldByReasonAlone() throws Exception {
        JsonNode payload = heard(news(null, new Failure(Reason.DUPLICATE_ROWS, "rows are equal", "23505")));
        assertThat(payload.get("status").asText()).isEqualTo("Failed");
        assertThat(payload.get("reason").asText()).isEqualTo("DuplicateRows");
        assertThat(payload.get("sqlState").asText()).isEqualTo("23505");
        assertThat(payload.has("message")).isFalse();
        assertThat(payload.has("rows")).isFalse();
    }

    @Test
    void aTransactionThatHasFailedIsNotInTheWay() throws Exception {
        try (Connection listener = listening();
                Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            assertThat(org.assertj.core.api.Assertions.catchThrowable(
                            () -> Refreshing.scalar(connection, "SELECT 1/0")))
                    .isNotNull();
            assertThat(NOTIFICATION.send(connection, news(null, null), new Cancellation()))
                    .isNull();
            assertThat(next(listener)).isNotNull();
        }
    }

    @Test
    void whatCanNotBeSentIsASentence() throws Exception {
        Connection connection = database.connect();
        connection.close();
        assertThat(NOTIFICATION.send(connection, news(null, null), new Cancellation()))
                .startsWith("hook NOTIFY on channel \"odd \"Channel\"; --\" failed (SQLSTATE 08003)");
        try (Connection live = database.connect()) {
            var cancelled = new Cancellation();
            cancelled.cancel();
            assertThat(NOTIFICATION.send(live, news(null, null), cancelled)).contains("57014");
        }
    }

    private JsonNode heard(RunNews news) throws Exception {
        try (Connection listener = listening();
                Connection connection = database.connect()) {
            assertThat(NOTIFICATION.send(connection, news, new Cancellation())).isNull();
            return new ObjectMapper().readTree(next(listener));
        }
    }

    private Connection listening() throws Exception {
        Connection listener = database.connect();
        try (var statement = listener.createStatement()) {
            statement.execute("LISTEN \"odd \"\"Channel\"\"; --\"");
        }
        return listener;
    }

    private static String next(Connection listener) throws Exception {
        var heard = listener.unwrap(PGConnection.class).getNotifications(60_000);
        assertThat(heard).hasSize(1);
        return heard[0].getParameter();
    }

    private static RunNews news(@Nullable RefreshResult result, @Nullable Failure failure) {
        return new RunNews(VIEW, "Schedule", RefreshMode.CONCURRENT, START, START.plusSeconds(2), result, failure);
    }
}
