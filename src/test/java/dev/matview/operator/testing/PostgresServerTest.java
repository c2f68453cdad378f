package dev.matview.operator.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DatabaseTest(Servers.OLDEST_AND_NEWEST)
class PostgresServerTest {
    private final TestDatabase database;
    private final PostgresServer server;

    PostgresServerTest(TestDatabase database) {
        this.database = database;
        this.server = database.server();
    }

    @Test
    void theServerIsOfTheVersionAskedFor() throws SQLException {
        assertThat(database.scalar("SHOW server_version")).startsWith(server.version() + ".");
    }

    @Test
    void aWrongPasswordIsRefusedAndTheRightOneIsStoredAsScram() throws SQLException {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> server.connect(database.user(), "wrong", database.name()))
                .returns("28P01", SQLException::getSQLState);
        assertThat(server.scalar("SELECT rolpassword FROM pg_authid WHERE rolname = ?", database.user()))
                .startsWith("SCRAM-SHA-256$");
    }

    @Test
    void theRoleIsAnOrdinaryOneThatOwnsSchemaPublic() throws SQLException {
        database.execute("CREATE TABLE t AS SELECT 1 AS a");
        assertThat(database.scalar(
                        "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"))
                .isEqualTo("f");
        assertThat(database.scalar("SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'public'"))
                .isEqualTo(database.user());
    }

    @Test
    void theCertificateIsGoodForItsHostOnly(@TempDir Path folder) throws SQLException, IOException {
        Properties properties = tls(folder);
        properties.setProperty("password", database.password());
        try (Connection connection = DriverManager.getConnection(database.url(), properties)) {
            assertThat(Sql.scalar(connection, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
                    .isEqualTo("t");
        }
        String elsewhere = database.url().replace(server.host(), server.hostNotInCertificate());
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(
                        () -> DriverManager.getConnection(elsewhere, properties).close())
                .withMessageContaining(server.hostNotInCertificate());
    }

    @Test
    void aClientCertificateReplacesThePassword(@TempDir Path folder) throws SQLException, IOException {
        server.prependHba("hostssl %s %s 127.0.0.1/32 cert".formatted(database.name(), database.user()));
        ClientCertificate certificate = server.clientCertificate(database.user());
        Properties properties = tls(folder);
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() ->
                        DriverManager.getConnection(database.url(), properties).close())
                .returns("28000", SQLException::getSQLState);
        properties.setProperty("sslcert", write(folder.resolve("client.crt"), certificate.certificatePem()));
        properties.setProperty("sslkey", write(folder.resolve("client.key"), certificate.keyPem()));
        properties.setProperty("pemKeyAlgorithm", "EC");
        try (Connection connection = DriverManager.getConnection(database.url(), properties)) {
            assertThat(Sql.scalar(connection, "SELECT current_user")).isEqualTo(database.user());
        }
    }

    @Test
    void aLineThatIsWrongIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> server.prependHba("host all all nowhere/99 nothing"));
    }

    @Test
    void whatIsCommittedOutlivesACrashAndReachesTheStandby() throws SQLException {
        try (PostgresServer primary = PostgresServer.start(server.version(), "ssl=off")) {
            primary.execute("CREATE TABLE t (a int)", "INSERT INTO t VALUES (1)");
            primary.stopImmediately();
            primary.start();
            assertThat(primary.scalar("SHOW ssl")).isEqualTo("off");
            try (PostgresServer standby = primary.standby()) {
                assertThat(standby.scalar("SELECT pg_is_in_recovery()")).isEqualTo("t");
                primary.execute("INSERT INTO t VALUES (2)");
                await().untilAsserted(() ->
                        assertThat(standby.scalar("SELECT sum(a) FROM t")).isEqualTo("3"));
            }
        }
    }

    private Properties tls(Path folder) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("user", database.user());
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", write(folder.resolve("ca.crt"), server.caPem()));
        return properties;
    }

    private static String write(Path file, String content) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, content).toString();
    }
}
