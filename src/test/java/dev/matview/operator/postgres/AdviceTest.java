package dev.matview.operator.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.api.ViewWarning;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.PostgresServer;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

@DatabaseTest
class AdviceTest {
    private static final ViewName VIEW = new ViewName("public", "v");

    private final TestDatabase database;
    private final PostgresServer server;

    AdviceTest(TestDatabase database, PostgresServer server) {
        this.database = database;
        this.server = server;
    }

    @Test
    void thereIsNothingToSayOfAViewThatIsWellMade() throws Exception {
        database.execute(
                "CREATE MATERIALIZED VIEW v AS SELECT id, lower('A') AS name FROM generate_series(1, 10) AS id",
                "CREATE UNIQUE INDEX ON v (id)",
                "ANALYZE v");
        assertThat(advice(RefreshMode.CONCURRENT)).isEmpty();
    }

    @Test
    void nullsInTheUniqueKeyMatterToAConcurrentRefresh() throws Exception {
        database.execute(
                "CREATE MATERIALIZED VIEW v AS SELECT id, nullif(id % 2, 0) AS \"Odd\", nullif(id % 3, 0) AS other"
                        + " FROM generate_series(1, 10) AS id",
                "CREATE UNIQUE INDEX ON v (id, \"Odd\") INCLUDE (other)",
                "CREATE UNIQUE INDEX ON v (id, other) WHERE id > 3",
                "ANALYZE v");
        assertThat(advice(RefreshMode.CONCURRENT)).singleElement().satisfies(warning -> {
            assertThat(warning.reason()).isEqualTo(ViewWarning.NULLS_IN_UNIQUE_KEY);
            assertThat(warning.message()).startsWith("rows with NULL in \"Odd\", of a unique index");
        });
        assertThat(advice(RefreshMode.STANDARD)).isEmpty();
    }

    @Test
    void volatileFunctionsAreFoundThroughPlainViewsToo() throws Exception {
        database.execute(
                "CREATE VIEW below AS SELECT id, random() AS r FROM generate_series(1, 10) AS id",
                "CREATE MATERIALIZED VIEW v AS SELECT id, r, now() AS at FROM below",
                "CREATE UNIQUE INDEX ON v (id)");
        assertThat(advice(RefreshMode.CONCURRENT)).singleElement().satisfies(warning -> {
            assertThat(warning.reason()).isEqualTo(ViewWarning.VOLATILE_COLUMNS);
            assertThat(warning.message()).contains("calls random(),");
        });
        assertThat(advice(RefreshMode.SWAP)).isEmpty();
    }

    @Test
    void functionsThatRelyOnSearchPathAreNamedWhereRefreshEmptiesIt() throws Exception {
        database.execute(
                "CREATE FUNCTION \"Loose\"(int) RETURNS int STABLE LANGUAGE sql AS 'SELECT $1'",
                "CREATE FUNCTION pinned(int) RETURNS int STABLE LANGUAGE sql SET search_path = public AS 'SELECT $1'",
                "CREATE FUNCTION parsed(int) RETURNS int STABLE LANGUAGE sql RETURN $1",
                "CREATE MATERIALIZED VIEW v AS SELECT \"Loose\"(id), pinned(id), parsed(id)"
                        + " FROM generate_series(1, 10) AS id");
        List<ViewWarning> advice = advice(RefreshMode.STANDARD);
        if (server.version() < 17) {
            assertThat(advice).isEmpty();
        } else {
            assertThat(advice).singleElement().satisfies(warning -> {
                assertThat(warning.reason()).isEqualTo(ViewWarning.UNPINNED_FUNCTIONS);
                assertThat(warning.message()).contains("the functions public.\"Loose\"() may not");
            });
        }
    }

    @Test
    void moreDeadRowsThanLiveOnesAreSaid() throws Exception {
        database.execute(
                "CREATE TABLE rounds (n int)",
                "INSERT INTO rounds VALUES (0)",
                "CREATE MATERIALIZED VIEW v WITH (autovacuum_enabled = off) AS"
                        + " SELECT id, n FROM generate_series(1, 6000) AS id, rounds",
                "CREATE UNIQUE INDEX ON v (id)");
        for (int i = 0; i < 2; i++) {
            database.execute("UPDATE rounds SET n = n + 1", "REFRESH MATERIALIZED VIEW CONCURRENTLY v");
        }
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(advice(RefreshMode.CONCURRENT))
                .extracting(ViewWarning::reason)
                .containsExactly(ViewWarning.DEAD_ROWS));
        database.execute("VACUUM v");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(advice(RefreshMode.CONCURRENT)).isEmpty());
    }

    private List<ViewWarning> advice(RefreshMode mode) throws Exception {
        try (Connection connection = database.connect()) {
            return Advice.look(connection, Catalog.inspect(connection, VIEW, "server"), mode);
        }
    }
}
