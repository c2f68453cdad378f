package dev.matview.operator.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Reason;
import dev.matview.operator.net.AllowedHosts;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.PostgresServer;
import dev.matview.operator.testing.Servers;
import dev.matview.operator.testing.TestDatabase;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DatabaseTest(Servers.OLDEST_AND_NEWEST)
class AuthenticationTest {
    private final TestDatabase database;
    private final PostgresServer server;

    AuthenticationTest(TestDatabase database) {
        this.database = database;
        this.server = database.server();
    }

    @Test
    void aWrongPasswordIsTriedOnce() throws Exception {
        try (TcpProxy proxy = TcpProxy.to(TestSettings.at(server))) {
            ConnectionSettings settings =
                    TestSettings.with(TestSettings.of(database, proxy.address()), database.user(), "wrong-sesame");
            Failure failure = failure(settings);
            assertThat(failure.reason()).isEqualTo(Reason.AUTHENTICATION_FAILED);
            assertThat(failure.sqlState()).isEqualTo("28P01");
            assertThat(failure.message())
                    .contains(database.user(), database.name(), "check user and password")
                    .doesNotContain("wrong-sesame", "line break");
            assertThat(proxy.connections()).isEqualTo(1);
        }
    }

    @Test
    void aLineBreakAtTheEndOfAPasswordIsPointedOut() {
        Failure failure = failure(TestSettings.of(database, database.user(), database.password() + "\n"));
        assertThat(failure.reason()).isEqualTo(Reason.AUTHENTICATION_FAILED);
        assertThat(failure.message()).contains("line break").doesNotContain(database.password());
    }

    @Test
    void aUserThatDoesNotExistIsRefusedLikeAWrongPassword() {
        assertThat(failure(TestSettings.of(database, "nobody", "x")).reason()).isEqualTo(Reason.AUTHENTICATION_FAILED);
    }

    @Test
    void aRoleThatMayNotLogInIsRefused() throws Exception {
        database.executeAsSuperuser("ALTER ROLE %s NOLOGIN".formatted(database.user()));
        assertThat(failure(TestSettings.of(database)).reason()).isEqualTo(Reason.AUTHENTICATION_FAILED);
    }

    @Test
    void aDatabaseThatDoesNotExistIsNamed() {
        ConnectionSettings settings = TestSettings.of(database);
        Failure failure = failure(new ConnectionSettings(
                settings.hosts(), "no such \"db\" ü+%/?", settings.user(), settings.password(), settings.tls(), null));
        assertThat(failure.reason()).isEqualTo(Reason.DATABASE_MISSING);
        assertThat(failure.sqlState()).isEqualTo("3D000");
        assertThat(failure.message()).contains("no such \"db\" ü+%/?", "spec.database.name");
    }

    @Test
    void aDatabaseThatTheUserMayNotEnterIsNamed() throws Exception {
        database.executeAsSuperuser("REVOKE CONNECT ON DATABASE %s FROM PUBLIC".formatted(database.name()));
        try (var stranger = TestRole.create(database, "stranger")) {
            Failure failure = failure(TestSettings.of(database, stranger.name(), stranger.password()));
            assertThat(failure.reason()).isEqualTo(Reason.PERMISSION_DENIED);
            assertThat(failure.message()).contains("GRANT CONNECT");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "quo\"te", "größe", "per%cent+plus", "q?x&y#z", "sl/ash", "it's; --"})
    void aDatabaseMayHaveAnyName(String name) throws Exception {
        try (TestDatabase odd = server.createDatabase(database.name() + name);
                Connections connections = TestSettings.connections();
                Lease lease = connections.open(TestSettings.of(odd))) {
            assertThat(Refreshing.scalar(lease.connection(), "SELECT current_database()"))
                    .isEqualTo(odd.name());
        }
    }

    @Test
    void aServerThatHasNoConnectionLeftForTheUserSaysSo() throws Exception {
        database.executeAsSuperuser("ALTER ROLE %s CONNECTION LIMIT 0".formatted(database.user()));
        Failure failure = failure(TestSettings.of(database));
        assertThat(failure.reason()).isEqualTo(Reason.TOO_MANY_CONNECTIONS);
        assertThat(failure.sqlState()).isEqualTo("53300");
    }

    @Test
    void aServerThatAsksForThePasswordInClearDoesNotGetIt() throws Exception {
        server.prependHba("host %s %s 127.0.0.1/32 password".formatted(database.name(), database.user()));
        assertThat(failure(TestSettings.of(database)).reason()).isEqualTo(Reason.WEAK_AUTHENTICATION);
        var lenient = new ConnectionPolicy("scram-sha-256,password", AllowedHosts.ALL, true, Duration.ofSeconds(20));
        try (Connections connections = new Connections(lenient, Duration.ZERO);
                Lease lease = connections.open(TestSettings.of(database))) {
            assertThat(lease.connection().isValid(10)).isTrue();
        }
    }

    @Test
    void aServerThatAsksForAnMd5HashDoesNotGetIt() throws Exception {
        server.prependHba("host %s %s 127.0.0.1/32 md5".formatted(database.name(), database.user()));
        // With a SCRAM verifier the server asks by SCRAM all the same; with an MD5 hash it can't.
        try (Connections connections = TestSettings.connections();
                Lease lease = connections.open(TestSettings.of(database))) {
            assertThat(lease.connection().isValid(10)).isTrue();
        }
        // 'md5' and the hash of password and user name, as PostgreSQL stores it.
        String hash = server.scalar("SELECT md5(?)", database.password() + database.user());
        database.executeAsSuperuser("ALTER ROLE %s PASSWORD 'md5%s'".formatted(database.user(), hash));
        Failure failure = failure(TestSettings.of(database));
        assertThat(failure.reason()).isEqualTo(Reason.WEAK_AUTHENTICATION);
        assertThat(failure.message()).contains("scram-sha-256");
    }

    @Test
    void aServerThatAsksForNothingIsNotTrusted() throws Exception {
        server.prependHba("host %s %s 127.0.0.1/32 trust".formatted(database.name(), database.user()));
        assertThat(failure(TestSettings.of(database)).reason()).isEqualTo(Reason.WEAK_AUTHENTICATION);
    }

    private static Failure failure(ConnectionSettings settings) {
        try (Connections connections = TestSettings.connections()) {
            return Failures.of(() -> connections.open(settings).close());
        }
    }
}
