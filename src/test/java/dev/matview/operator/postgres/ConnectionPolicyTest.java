package dev.matview.operator.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.operator.api.Reason;
import dev.matview.operator.net.AllowedHosts;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ConnectionPolicyTest {
    private static final AllowedHosts SOME = AllowedHosts.of("db.example.com,10.0.0.7");
    private static final ConnectionPolicy POLICY =
            new ConnectionPolicy("scram-sha-256", SOME, true, Duration.ofSeconds(5));

    @Test
    void everyHostOfAListMustBeAllowed() {
        assertThatCode(() -> POLICY.check(hosts("db.example.com", "10.0.0.7"))).doesNotThrowAnyException();
        assertThatThrownBy(() -> POLICY.check(hosts("db.example.com", "10.0.0.8")))
                .isInstanceOfSatisfying(FailureException.class, e -> {
                    assertThat(e.failure().reason()).isEqualTo(Reason.HOST_REFUSED);
                    assertThat(e.failure().message()).contains("\"10.0.0.8\"");
                });
    }

    @Test
    void aHostThatIsNotAllowedIsNotConnectedTo() throws Exception {
        try (FakeServer server = FakeServer.start(FakeServer.Behaviour.SWALLOW);
                var connections = new Connections(POLICY, Duration.ZERO)) {
            var settings = TestSettings.with(TestSettings.plain(server.address()), "app", "sesame");
            assertThatThrownBy(() -> connections.open(settings)).isInstanceOfSatisfying(FailureException.class, e -> {
                assertThat(e.failure().reason()).isEqualTo(Reason.HOST_REFUSED);
                assertThat(e.failure().message())
                        .contains("\"" + server.address().host() + "\"", "MATVIEW_ALLOWED_DATABASE_HOSTS");
            });
            assertThat(server.connections()).isZero();
        }
    }

    private static List<HostPort> hosts(String... hosts) {
        return Stream.of(hosts).map(host -> new HostPort(host, 5432)).toList();
    }
}
