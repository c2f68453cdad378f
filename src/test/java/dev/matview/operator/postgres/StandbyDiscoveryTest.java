package dev.matview.operator.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.matview.operator.api.Reason;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.PostgresServer;
import dev.matview.operator.testing.Servers;
import dev.matview.operator.testing.TestDatabase;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** The views of a server that can't refresh them. */
@DatabaseTest(Servers.OLDEST_AND_NEWEST)
class StandbyDiscoveryTest {
    @Test
    void aStandbyIsRefused(PostgresServer shared) throws SQLException {
        try (PostgresServer primary = PostgresServer.start(shared.version());
                TestDatabase there = primary.createDatabase()) {
            there.execute("CREATE MATERIALIZED VIEW v AS SELECT 1 AS id");
            try (PostgresServer standby = primary.standby();
                    Connections connections = TestSettings.connections()) {
                var settings = TestSettings.of(there, TestSettings.at(standby));
                FailureException thrown =
                        catchThrowableOfType(FailureException.class, () -> Discovery.views(connections, settings));
                assertThat(thrown.failure().reason()).isEqualTo(Reason.NOT_PRIMARY);
            }
        }
    }
}
