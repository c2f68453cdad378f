package dev.matview.operator.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.PostgresServer;
import dev.matview.operator.testing.Servers;
import dev.matview.operator.testing.TestDatabase;
import org.junit.jupiter.api.Test;

/** How a pool treats its server. */
@DatabaseTest(Servers.OLDEST_AND_NEWEST)
class ConnectionPoolTest {
    @Test
    void theFirstLeaseLogsInOnce(PostgresServer server, TestDatabase database) throws Exception {
        try (TcpProxy proxy = TcpProxy.to(TestSettings.at(server));
                Connections connections = TestSettings.connections();
                Lease lease = connections.open(TestSettings.of(database, proxy.address()))) {
            assertThat(lease.connection().isValid(5)).isTrue();
            assertThat(proxy.connections()).isEqualTo(1);
        }
    }
}
