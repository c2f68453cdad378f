package dev.matview.operator.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Occasion;
import dev.matview.operator.api.OnDrift;
import dev.matview.operator.api.OnMissing;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Connections;
import dev.matview.operator.postgres.DeclaredView;
import dev.matview.operator.postgres.Notification;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.RoutineMaintenance;
import dev.matview.operator.postgres.SessionSettings;
import dev.matview.operator.postgres.TestSettings;
import dev.matview.operator.postgres.Upkeep;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.Servers;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** Whom a run tells of its end, in the database. */
@DatabaseTest(Servers.OLDEST_AND_NEWEST)
class ListenersTest {
    private final TestDatabase database;
    private final Connection listener;

    ListenersTest(TestDatabase database) throws SQLException {
        this.database = database;
        this.listener = database.connect();
    }

    @BeforeEach
    void listen() throws SQLException {
        database.execute(
                "CREATE TABLE t (id int)",
                "INSERT INTO t VALUES (1)",
                "CREATE MATERIALIZED VIEW v AS SELECT id, 1 / id AS part FROM t",
                "CREATE UNIQUE INDEX ON v (id)");
        try (var statement = listener.createStatement()) {
            statement.execute("LISTEN news");
        }
    }

    @AfterEach
    void close() throws SQLException {
        listener.close();
    }

    @Test
    void aRefreshIsToldOnceItCanBeSeen() throws Exception {
        assertThat(run("v", Occasion.SUCCESS, OnMissing.FAIL)).isInstanceOf(Outcome.Refreshed.class);
        assertThat(heard()).singleElement().asString().contains("\"Succeeded\"", "\"Manual\"", "\"Concurrent\"");
        assertThat(run("v", Occasion.FAILURE, OnMissing.FAIL)).isInstanceOf(Outcome.Refreshed.class);
        assertThat(heard()).isEmpty();
    }

    @Test
    void aFailureIsToldToWhomItConcerns() throws Exception {
        database.execute("UPDATE t SET id = 0");
        assertThat(run("v", Occasion.SUCCESS, OnMissing.FAIL)).isInstanceOf(Outcome.Failed.class);
        assertThat(heard()).isEmpty();
        assertThat(run("v", Occasion.ALWAYS, OnMissing.FAIL)).isInstanceOf(Outcome.Failed.class);
        assertThat(heard()).singleElement().asString().contains("\"Failed\"", "\"DataError\"", "\"22012\"");
    }

    @Test
    void aViewThatIsStillToComeIsNoFailure() throws Exception {
        assertThat(run("absent", Occasion.ALWAYS, OnMissing.SKIP)).isInstanceOf(Outcome.Skipped.class);
        assertThat(heard()).isEmpty();
        assertThat(run("absent", Occasion.ALWAYS, OnMissing.FAIL)).isInstanceOf(Outcome.Failed.class);
        assertThat(heard()).singleElement().asString().contains("\"ViewMissing\"");
    }

    @Test
    void aLookTellsNobody() throws Exception {
        assertThat(run("v", new Trigger.Check(), Occasion.ALWAYS, OnMissing.FAIL))
                .isInstanceOf(Outcome.Checked.class);
        assertThat(run("absent", new Trigger.Check(), Occasion.ALWAYS, OnMissing.FAIL))
                .isInstanceOf(Outcome.Failed.class);
        assertThat(heard()).isEmpty();
    }

    /** All that has been told by now: what is sent before the server's next answer comes with it. */
    private List<String> heard() throws SQLException {
        Refreshing.scalar(listener, "SELECT 1");
        return Stream.of(listener.unwrap(PGConnection.class).getNotifications())
                .map(PGNotification::getParameter)
                .toList();
    }

    private Outcome run(String view, Occasion when, OnMissing onMissing) throws InterruptedException {
        return run(view, new Trigger.Manual(null), when, onMissing);
    }

    private Outcome run(String view, Trigger trigger, Occasion when, OnMissing onMissing) throws InterruptedException {
        var declared = new DeclaredView(
                new ViewName("public", view),
                RefreshMode.CONCURRENT,
                false,
                Refreshing.BOUNDS,
                SessionSettings.NONE,
                RoutineMaintenance.NONE,
                new Upkeep(onMissing, OnDrift.REPORT, null),
                new Notification("news", when));
        var credentials = new Credentials(TestSettings.of(database), false);
        var request = new RunRequest<>("v", 1, trigger, null, () -> credentials, declared, identity -> null, null);
        try (Connections connections = TestSettings.connections()) {
            return new Run(request, connections, new Slots(2, 32), Clock.systemUTC(), () -> true, () -> true).execute();
        }
    }
}
