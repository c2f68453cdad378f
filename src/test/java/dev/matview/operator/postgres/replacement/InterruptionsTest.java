package dev.matview.operator.postgres.replacement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.Failures;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What ends a refresh while the new content takes the old one's place leaves the old one, and nothing else. */
@DatabaseTest
class InterruptionsTest {
    private static final ViewName VIEW = new ViewName("public", "v");

    private final TestDatabase database;
    private final Refreshing refreshing;

    InterruptionsTest(TestDatabase database) {
        this.database = database;
        this.refreshing = new Refreshing(database);
    }

    @ParameterizedTest
    @EnumSource(names = {"BLUE_GREEN", "SWAP"})
    void theBoundOnTheRunEndsAnExchangeThatTakesTooLong(RefreshMode mode) throws Exception {
        CatalogSnapshot before = beforeAnExchangeThat("PERFORM pg_sleep(60)", mode);
        Failure failure = Failures.of(
                () -> refreshing.run(VIEW, mode, new RefreshBounds(Duration.ofMillis(100), Duration.ofMillis(1500))));
        assertThat(failure.reason()).isEqualTo(Reason.REFRESH_TIMEOUT);
        assertThat(failure.message()).contains("spec.timeouts.refresh");
        assertOldContent(before);
    }

    @ParameterizedTest
    @EnumSource(names = {"BLUE_GREEN", "SWAP"})
    void aDiskThatIsFullDuringTheExchangeIsSaid(RefreshMode mode) throws Exception {
        CatalogSnapshot before = beforeAnExchangeThat("RAISE EXCEPTION USING ERRCODE = ''53100''", mode);
        Failure failure = Failures.of(() -> refreshing.run(VIEW, mode));
        assertThat(failure.reason()).isEqualTo(Reason.DISK_FULL);
        assertThat(failure.message()).contains("make room");
        assertOldContent(before);
    }

    @ParameterizedTest
    @EnumSource(names = {"BLUE_GREEN", "SWAP"})
    void aGrantThatComesInBetweenIsNoError(RefreshMode mode) throws Exception {
        database.execute("CREATE SEQUENCE times");
        beforeAnExchangeThat("IF nextval(''public.times'') = 1 THEN PERFORM pg_sleep(1); END IF", mode);
        try (var background = new Background(database)) {
            var refresh = background.refresh(VIEW, mode);
            background.awaitTrue("SELECT is_called FROM times");
            // GRANT takes no lock on the relation, so that the one who changes its row in the catalog later gets an
            // error.
            database.execute("GRANT SELECT ON " + (mode == RefreshMode.SWAP ? "d" : "v") + " TO PUBLIC");
            assertThat(refresh.get(60, TimeUnit.SECONDS).attempts()).isEqualTo(1);
        }
        assertThat(database.scalar("SELECT id FROM d")).isEqualTo("2");
        assertThat(database.scalar("SELECT count(*) FROM pg_class WHERE relacl::text LIKE '%,=r/%'" + " AND relname = '"
                        + (mode == RefreshMode.SWAP ? "d'" : "v'")))
                .isEqualTo("1");
    }

    /** An event trigger stands for what can happen then: it runs under all locks, before the first view reads anew. */
    private CatalogSnapshot beforeAnExchangeThat(String does, RefreshMode mode) throws Exception {
        database.execute(
                "CREATE TABLE t (id int)",
                "INSERT INTO t VALUES (1)",
                "CREATE MATERIALIZED VIEW v AS SELECT id FROM t",
                "CREATE UNIQUE INDEX ON v (id)",
                "CREATE VIEW d AS SELECT id FROM v");
        refreshing.run(VIEW, mode);
        database.execute("UPDATE t SET id = 2");
        database.executeAsSuperuser(
                "CREATE FUNCTION happens() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN " + does + "; END'",
                "CREATE EVENT TRIGGER happening ON ddl_command_start WHEN TAG IN ('CREATE VIEW')"
                        + " EXECUTE FUNCTION happens()");
        return CatalogSnapshot.of(database);
    }

    private void assertOldContent(CatalogSnapshot before) throws Exception {
        assertThat(CatalogSnapshot.of(database).lines()).isEqualTo(before.lines());
        assertThat(database.scalar("SELECT id FROM d")).isEqualTo("1");
        database.executeAsSuperuser("DROP EVENT TRIGGER happening");
        refreshing.run(VIEW, RefreshMode.SWAP);
        assertThat(database.scalar("SELECT id FROM d")).isEqualTo("2");
    }
}
