package dev.matview.operator.postgres.replacement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many sessions lock the view and what reads it in every mode, all at once. */
@DatabaseTest
class LockStormTest {
    private static final ViewName VIEW = new ViewName("public", "v");
    private static final RefreshBounds BOUNDS = new RefreshBounds(Duration.ofMillis(100), Duration.ofSeconds(2));

    /** What changes nothing, but takes locks from the weakest to the strongest; $ is the word for what v is. */
    private static final List<String> STATEMENTS = List.of(
            "SELECT count(*) FROM v",
            "SELECT count(*) FROM e",
            "SELECT count(*) FROM d JOIN e USING (id) JOIN v USING (id)",
            "ALTER VIEW d OWNER TO CURRENT_USER",
            "ALTER VIEW e OWNER TO CURRENT_USER",
            "ALTER $ v OWNER TO CURRENT_USER",
            "COMMENT ON VIEW d IS 'a comment'",
            "GRANT SELECT ON v TO PUBLIC",
            "ANALYZE pace");

    @ParameterizedTest
    @EnumSource(names = {"BLUE_GREEN", "SWAP"})
    void nothingIsLostAndNobodyIsTheOneWhomADeadlockEnds(RefreshMode mode, TestDatabase database) throws Exception {
        Refreshing.createSlowView(database);
        database.execute(
                "CREATE VIEW d AS SELECT id FROM v",
                "CREATE VIEW e AS SELECT d.id FROM d, v",
                "COMMENT ON VIEW d IS 'a comment'",
                "GRANT SELECT ON v TO PUBLIC");
        var refreshing = new Refreshing(database);
        refreshing.run(VIEW, mode);
        CatalogSnapshot before = CatalogSnapshot.of(database).without(shown(mode));
        var over = new AtomicBoolean();
        try (var background = new Background(database)) {
            var storm = new ArrayList<CompletableFuture<Boolean>>();
            for (int i = 0; i < 6; i++) {
                var random = new Random(i);
                storm.add(background.start(() -> lock(database, mode, random, over)));
            }
            for (int i = 0; i < Integer.getInteger("replacement.refreshes", 2); i++) {
                try {
                    refreshing.run(VIEW, mode, BOUNDS);
                } catch (FailureException e) {
                    // The second on a machine that is too slow for the bound.
                    assertThat(e.failure().reason()).isIn(Reason.VIEW_BUSY, Reason.REFRESH_TIMEOUT);
                }
            }
            over.set(true);
            for (var session : storm) {
                session.get(60, TimeUnit.SECONDS);
            }
        }
        assertThat(CatalogSnapshot.of(database).without(shown(mode))).isEqualTo(before);
        database.execute("UPDATE pace SET id = 8");
        refreshing.run(VIEW, mode);
        assertThat(database.scalar("SELECT id FROM e")).isEqualTo("8");
        assertThat(CatalogSnapshot.of(database).without(shown(mode))).isEqualTo(before);
    }

    /** A facade shows now this side, now that. */
    private static String shown(RefreshMode mode) {
        return mode == RefreshMode.SWAP ? "nothing" : "public.v";
    }

    /** Until it is over. Waiting for a lock in vain is no error, anything else is. */
    private static boolean lock(TestDatabase database, RefreshMode mode, Random random, AtomicBoolean over)
            throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (!over.get()) {
                String sql = STATEMENTS.get(random.nextInt(STATEMENTS.size()));
                try {
                    statement.execute("SET LOCAL lock_timeout = '700ms'");
                    statement.execute(sql.replace("$", mode == RefreshMode.SWAP ? "MATERIALIZED VIEW" : "VIEW"));
                    statement.execute("SELECT pg_sleep(" + random.nextInt(40) / 1000.0 + ")");
                    connection.commit();
                } catch (SQLException e) {
                    connection.rollback();
                    // GRANT takes no lock on the view, and fails when its row in the catalog is changed or goes.
                    if (!"55P03".equals(e.getSQLState())
                            && !(sql.startsWith("GRANT") && "XX000".equals(e.getSQLState()))) {
                        throw e;
                    }
                }
                statement.execute("SELECT pg_sleep(" + random.nextInt(300) / 1000.0 + ")");
                connection.commit();
            }
        }
        return true;
    }
}
