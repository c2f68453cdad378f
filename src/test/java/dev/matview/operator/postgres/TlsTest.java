package dev.matview.operator.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.TlsMode;
import dev.matview.operator.net.Password;
import dev.matview.operator.testing.ClientCertificate;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.PostgresServer;
import dev.matview.operator.testing.Servers;
import dev.matview.operator.testing.TestDatabase;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DatabaseTest(Servers.OLDEST_AND_NEWEST)
class TlsTest {
    private static final String ENCRYPTED = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

    private final TestDatabase database;
    private final PostgresServer server;
    private final HostPort named;
    private final HostPort unnamed;

    TlsTest(TestDatabase database) {
        this.database = database;
        this.server = database.server();
        this.named = new HostPort(server.host(), server.port());
        this.unnamed = new HostPort(server.hostNotInCertificate(), server.port());
    }

    @ParameterizedTest
    @EnumSource
    void withTheRightAuthorityEveryModeWorks(TlsMode mode) throws Exception {
        assertThat(ask(mode, server.caPem(), named, ENCRYPTED)).isEqualTo(mode == TlsMode.DISABLE ? "f" : "t");
    }

    @Test
    void onlyVerifyFullAsksForTheHostsName() throws Exception {
        Failure failure = failure(TlsMode.VERIFY_FULL, server.caPem(), unnamed);
        assertThat(failure.reason()).isEqualTo(Reason.TLS_FAILED);
        assertThat(failure.message()).contains(unnamed.toString(), "its certificate is for another name", "VerifyCA");
        assertThat(ask(TlsMode.VERIFY_CA, server.caPem(), unnamed, ENCRYPTED)).isEqualTo("t");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DISABLE")
    void aCertificateOfAnotherAuthorityIsRefused(TlsMode mode) {
        Failure failure = failure(mode, AnotherAuthority.PEM, named);
        assertThat(failure.reason()).isEqualTo(Reason.TLS_FAILED);
        assertThat(failure.message()).contains(named.toString(), "spec.database.tls.ca");
    }

    @Test
    void withoutAnAuthorityThoseOfTheRuntimeCount() throws Exception {
        assertThat(failure(TlsMode.VERIFY_FULL, null, named).reason()).isEqualTo(Reason.TLS_FAILED);
        assertThat(failure(TlsMode.VERIFY_CA, null, named).reason()).isEqualTo(Reason.TLS_FAILED);
        assertThat(ask(TlsMode.REQUIRE, null, unnamed, ENCRYPTED)).isEqualTo("t");
    }

    @Test
    void aClientIsKnownByItsCertificate() throws Exception {
        server.prependHba("hostssl %s %s 127.0.0.1/32 cert".formatted(database.name(), database.user()));
        TlsSettings without = TestSettings.tls(TlsMode.VERIFY_FULL, server.caPem());
        Failure failure = Failures.of(() -> ask(without, named, ENCRYPTED));
        assertThat(failure.reason()).isEqualTo(Reason.AUTHENTICATION_FAILED);

        ClientCertificate certificate = server.clientCertificate(database.user());
        TlsSettings with = TlsSettings.checked(
                TlsMode.VERIFY_FULL, server.caPem(), certificate.certificatePem(), new Password(certificate.keyPem()));
        assertThat(ask(with, named, "SELECT current_user")).isEqualTo(database.user());
    }

    @Test
    void aClientCertificateDoesNotOpenTheDoorForAPasswordInClear() throws Exception {
        server.prependHba("hostssl %s %s 127.0.0.1/32 password".formatted(database.name(), database.user()));
        ClientCertificate certificate = server.clientCertificate(database.user());
        TlsSettings with = TlsSettings.checked(
                TlsMode.VERIFY_FULL, server.caPem(), certificate.certificatePem(), new Password(certificate.keyPem()));
        assertThat(Failures.of(() -> ask(with, named, ENCRYPTED)).reason()).isEqualTo(Reason.WEAK_AUTHENTICATION);
    }

    @Test
    void brokenCertificatesAreRefusedBeforeAnythingIsConnected() throws SQLException {
        ClientCertificate certificate = server.clientCertificate(database.user());
        assertThat(Failures.of(() -> TlsSettings.checked(TlsMode.VERIFY_FULL, "no PEM", null, null))
                        .message())
                .contains("spec.database.tls.ca");
        for (String key : new String[] {
            "",
            "no PEM",
            certificate.certificatePem(),
            certificate.keyPem().replace("PRIVATE KEY", "EC PRIVATE KEY"),
            certificate.keyPem().substring(0, 60) + "\n-----END PRIVATE KEY-----",
        }) {
            Failure failure = Failures.of(() ->
                    TlsSettings.checked(TlsMode.VERIFY_FULL, null, certificate.certificatePem(), new Password(key)));
            assertThat(failure.reason()).isEqualTo(Reason.SECRET_INVALID);
            assertThat(failure.message()).contains("tls.crt", "tls.key");
        }
    }

    @Test
    void aServerWithoutTlsIsRefusedUnlessTlsIsDisabled() throws Exception {
        try (PostgresServer plain = PostgresServer.start(server.version(), "ssl=off");
                TestDatabase inClear = plain.createDatabase()) {
            var at = new HostPort(plain.host(), plain.port());
            for (TlsMode mode : new TlsMode[] {TlsMode.VERIFY_FULL, TlsMode.VERIFY_CA, TlsMode.REQUIRE}) {
                Failure failure = Failures.of(
                        () -> ask(TestSettings.of(inClear, TestSettings.tls(mode, plain.caPem()), at), "SELECT 1"));
                assertThat(failure.reason()).isEqualTo(Reason.TLS_FAILED);
                assertThat(failure.message()).contains("does not offer TLS", at.toString());
            }
            assertThat(ask(TestSettings.of(inClear, TestSettings.tls(TlsMode.DISABLE, null), at), ENCRYPTED))
                    .isEqualTo("f");
        }
    }

    private Failure failure(TlsMode mode, @Nullable String authorities, HostPort host) {
        return Failures.of(() -> ask(mode, authorities, host, "SELECT 1"));
    }

    private @Nullable String ask(TlsMode mode, @Nullable String authorities, HostPort host, String query)
            throws FailureException, InterruptedException, SQLException {
        return ask(TestSettings.tls(mode, authorities), host, query);
    }

    private @Nullable String ask(TlsSettings tls, HostPort host, String query)
            throws FailureException, InterruptedException, SQLException {
        return ask(TestSettings.of(database, tls, host), query);
    }

    private static @Nullable String ask(ConnectionSettings settings, String query)
            throws FailureException, InterruptedException, SQLException {
        try (Connections connections = TestSettings.connections();
                Lease lease = connections.open(settings)) {
            return Refreshing.scalar(lease.connection(), query);
        }
    }
}
