package dev.matview.operator.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.postgres.ConnectionSettings;
import dev.matview.operator.postgres.Connections;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.TestSettings;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.Servers;
import dev.matview.operator.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@DatabaseTest(Servers.OLDEST_AND_NEWEST)
class AnticipationTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TestDatabase database;
    private final ConnectionSettings settings;

    AnticipationTest(TestDatabase database) {
        this.database = database;
        this.settings = TestSettings.of(database);
    }

    @Test
    void asManyConnectionsAreOpenWhenTheTimeComesAsRunsWillWant() throws Exception {
        try (var connections = new Connections(TestSettings.policy(PATIENCE), Duration.ofMinutes(5), 3)) {
            var anticipation = new Anticipation(connections, Clock.systemUTC());
            Instant time = Instant.now().plus(Anticipation.LEAD.multipliedBy(10));
            for (int i = 0; i < 4; i++) {
                anticipation.of(time, () -> new Credentials(settings, false));
            }
            await().atMost(PATIENCE).until(() -> "3".equals(ours()));
            try (var first = connections.open(settings);
                    var second = connections.open(settings)) {
                assertThat(Refreshing.scalar(first.connection(), "SELECT pg_backend_pid()"))
                        .isNotEqualTo(Refreshing.scalar(second.connection(), "SELECT pg_backend_pid()"));
            }
            assertThat(ours()).isEqualTo("3");
        }
    }

    @Test
    void whatCanNotBeHadIsLeftForTheRunToTell() {
        try (var connections = new Connections(TestSettings.policy(PATIENCE), Duration.ZERO)) {
            var asked = new AtomicInteger();
            new Anticipation(connections, Clock.systemUTC()).of(Instant.now(), () -> {
                asked.incrementAndGet();
                return new Credentials(TestSettings.of(database, database.user(), "wrong"), false);
            });
            await().atMost(PATIENCE).until(() -> asked.get() == 1);
        }
    }

    private @Nullable String ours() throws SQLException {
        return database.server().scalar("SELECT count(*) FROM pg_stat_activity WHERE usename = ?", database.user());
    }
}
