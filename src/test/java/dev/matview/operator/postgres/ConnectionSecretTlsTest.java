package dev.matview.operator.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.DatabaseSpec;
import dev.matview.operator.api.SecretReference;
import dev.matview.operator.api.TlsMode;
import dev.matview.operator.api.TlsSpec;
import dev.matview.operator.net.Password;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a Secret and the TLS settings of the resource go together. */
class ConnectionSecretTlsTest {
    private static final DatabaseSpec NOTHING =
            new DatabaseSpec(new SecretReference("db"), null, null, null, TlsSpec.VERIFY_FULL);

    @ParameterizedTest
    @CsvSource(textBlock = """
            disable,     DISABLE,     DISABLE
            disable,     VERIFY_FULL, VERIFY_FULL
            allow,       REQUIRE,     REQUIRE
            prefer,      VERIFY_CA,   VERIFY_CA
            require,     DISABLE,     REQUIRE
            require,     VERIFY_FULL, VERIFY_FULL
            verify-ca,   REQUIRE,     VERIFY_CA
            verify-full, DISABLE,     VERIFY_FULL
            verify-full, VERIFY_CA,   VERIFY_FULL
            """)
    void theUrisSslModeNeverLowersWhatTheResourceAsksForButRaisesIt(String sslMode, TlsMode asked, TlsMode used)
            throws FailureException {
        var values = Map.of("username", "u", "password", "p", "uri", "postgresql://h/d?sslmode=" + sslMode);
        TlsSettings tls = new TlsSettings(asked, "authorities", "certificate", new Password("key"));
        assertThat(new ConnectionSecret("db", values, true)
                        .settings(NOTHING, tls)
                        .tls())
                .isEqualTo(new TlsSettings(used, "authorities", "certificate", new Password("key")));
    }

    @Test
    void aClientCertificateNeedsNoPassword() throws FailureException {
        TlsSettings tls = new TlsSettings(TlsMode.VERIFY_FULL, "authorities", "certificate", new Password("key"));
        var values = Map.of("username", "u", "host", "h", "dbname", "d");
        assertThat(new ConnectionSecret("db", values, false)
                        .settings(NOTHING, tls)
                        .password())
                .isEqualTo(new Password(""));
    }

    @Test
    void printingTheSettingsShowsNeitherPasswordNorKey() throws FailureException {
        var values = Map.of("uri", "postgresql://app:Se%2Bsame@h/d", "password", "Se+same");
        TlsSettings tls = new TlsSettings(TlsMode.VERIFY_FULL, "authorities", "certificate", new Password("openkey"));
        ConnectionSecret secret = new ConnectionSecret("db", values, false);
        assertThat(secret.settings(NOTHING, tls).toString()).doesNotContain("Se+same", "Se%2Bsame", "openkey");
    }
}
