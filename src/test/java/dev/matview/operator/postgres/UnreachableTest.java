package dev.matview.operator.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.FailureClass;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.TlsMode;
import dev.matview.operator.net.AllowedHosts;
import dev.matview.operator.net.Password;
import dev.matview.operator.postgres.FakeServer.Behaviour;
import dev.matview.operator.postgres.FakeServer.Login;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that are no database, or not the right one. */
class UnreachableTest {
    private static final ConnectionPolicy POLICY = TestSettings.policy(Duration.ofSeconds(1));

    @Test
    void aHostThatIsNotKnownIsNamed() {
        Failure failure = failure(POLICY, TestSettings.plain(new HostPort("nowhere.invalid", 5432)));
        assertThat(failure.reason()).isEqualTo(Reason.UNREACHABLE);
        assertThat(failure.message()).contains("nowhere.invalid:5432", "is not known");
    }

    @Test
    void aPortThatNobodyListensOnRefuses() throws IOException {
        HostPort free;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = new HostPort("127.0.0.1", socket.getLocalPort());
        }
        Failure failure = failure(POLICY, TestSettings.plain(free));
        assertThat(failure.reason()).isEqualTo(Reason.UNREACHABLE);
        assertThat(failure.failureClass()).isEqualTo(FailureClass.UNREACHABLE);
        assertThat(failure.message()).contains(free.toString(), "refuses the connection");
    }

    @ParameterizedTest
    @EnumSource
    void aPeerThatSwallowsEverythingIsLeftInTime(TlsMode mode) throws IOException {
        try (FakeServer server = FakeServer.start(Behaviour.SWALLOW)) {
            ConnectionSettings settings = new ConnectionSettings(
                    List.of(server.address()),
                    "app",
                    "app",
                    new Password("sesame"),
                    TestSettings.tls(mode, null),
                    null);
            long start = System.nanoTime();
            Failure failure = failure(POLICY, settings);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
            assertThat(failure.reason()).isEqualTo(Reason.UNREACHABLE);
            assertThat(failure.message()).contains(server.address().toString(), "does not answer");
        }
    }

    @Test
    void manyWhoWaitForTheSameSwallowingPeerDoNotWaitForATimeoutEach() throws Exception {
        try (FakeServer server = FakeServer.start(Behaviour.SWALLOW);
                Connections connections = new Connections(POLICY, Duration.ZERO);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            long start = System.nanoTime();
            List<Future<Failure>> failures = threads.invokeAll(Collections.nCopies(
                    20, () -> Failures.of(() -> connections.open(TestSettings.plain(server.address())))));
            for (Future<Failure> failure : failures) {
                assertThat(failure.get().reason()).isEqualTo(Reason.UNREACHABLE);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
        }
    }

    @Test
    void aPeerThatSpeaksAnotherProtocolIsNoDatabase() throws IOException, InterruptedException, ExecutionException {
        try (var server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> answered = threads.submit(() -> {
                try (var socket = server.accept()) {
                    socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                }
                return null;
            });
            Failure failure = failure(POLICY, TestSettings.plain(new HostPort("127.0.0.1", server.getLocalPort())));
            answered.get();
            assertThat(failure.reason()).isEqualTo(Reason.UNREACHABLE);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ASK_FOR_CLEAR_TEXT", "ASK_FOR_MD5"})
    void aPeerThatAsksForThePasswordGetsNothing(Behaviour behaviour) throws IOException {
        try (FakeServer server = FakeServer.start(behaviour)) {
            Failure failure = failure(POLICY, TestSettings.plain(server.address()));
            assertThat(failure.reason()).isEqualTo(Reason.WEAK_AUTHENTICATION);
            assertThat(failure.message())
                    .contains(server.address().toString(), "scram-sha-256")
                    .doesNotContain("sesame");
            assertThat(server.logins()).extracting(Login::password).containsOnlyNulls();
        }
    }

    @Test
    void aPeerThatRefusesTheUserIsAskedOnce() throws IOException {
        try (FakeServer server = FakeServer.start(Behaviour.REFUSE)) {
            assertThat(failure(POLICY, TestSettings.plain(server.address())).reason())
                    .isEqualTo(Reason.AUTHENTICATION_FAILED);
            assertThat(server.connections()).isEqualTo(1);
            assertThat(server.logins().getFirst().parameters()).containsEntry("application_name", "matview-operator");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.1.2.3",
                "localhost",
                "::1",
                "0.0.0.0",
                "::",
                "169.254.169.254",
                "fe80::1",
                "::ffff:127.0.0.1",
                "0x7f000001",
                "2130706433",
                "127.1"
            })
    void loopbackAndLinkLocalAddressesAreRefusedUnlessAllowed(String host) throws IOException {
        try (FakeServer server = FakeServer.start(Behaviour.REFUSE)) {
            var strict = new ConnectionPolicy("scram-sha-256", AllowedHosts.ALL, false, Duration.ofSeconds(1));
            Failure failure = failure(
                    strict,
                    TestSettings.plain(new HostPort(host, server.address().port())));
            assertThat(failure.reason()).isIn(Reason.HOST_REFUSED, Reason.UNREACHABLE);
            if (host.matches("[0-9.]{7,}") || host.contains("l") || host.contains(":")) {
                assertThat(failure.reason()).isEqualTo(Reason.HOST_REFUSED);
                assertThat(failure.message()).contains("loopback or link-local");
            }
            assertThat(server.connections()).isZero();
        }
    }

    private static Failure failure(ConnectionPolicy policy, ConnectionSettings settings) {
        try (Connections connections = new Connections(policy, Duration.ZERO)) {
            return Failures.of(() -> connections.open(settings).close());
        }
    }
}
