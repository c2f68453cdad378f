package dev.matview.operator.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.DatabaseSpec;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.SecretReference;
import dev.matview.operator.api.TlsMode;
import dev.matview.operator.api.TlsSpec;
import dev.matview.operator.net.Password;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionSecretTest {
    private static final TlsSettings TLS = new TlsSettings(TlsMode.VERIFY_FULL, null, null, null);
    private static final DatabaseSpec NOTHING = spec(null, null, null);

    /** As CloudNativePG writes it for an application's user. */
    private static final Map<String, String> CLOUD_NATIVE_PG = Map.of(
            "dbname", "app",
            "host", "pg-rw",
            "jdbc-uri", "jdbc:postgresql://pg-rw.shop:5432/app?password=Se%2Bsame&user=app",
            "password", "Se+same",
            "pgpass", "pg-rw:5432:app:app:Se+same\n",
            "port", "5432",
            "uri", "postgresql://app:Se%2Bsame@pg-rw.shop:5432/app",
            "user", "app",
            "username", "app");

    /** As Crunchy's operator writes it, with PgBouncer. */
    private static final Map<String, String> CRUNCHY = Map.of(
            "dbname", "hippo",
            "host", "hippo-primary.shop.svc",
            "jdbc-uri", "jdbc:postgresql://hippo-primary.shop.svc:5432/hippo?password=Se%3Csame&user=hippo",
            "password", "Se<same",
            "pgbouncer-uri", "postgresql://hippo:Se%3Csame@hippo-pgbouncer.shop.svc:5432/hippo",
            "port", "5432",
            "uri", "postgresql://hippo:Se%3Csame@hippo-primary.shop.svc:5432/hippo",
            "user", "hippo",
            "verifier", "SCRAM-SHA-256$4096:x");

    /** As Zalando's operator writes it. */
    private static final Map<String, String> ZALANDO = Map.of("username", "zalando", "password", "Sesame");

    @Test
    void theSecretOfCloudNativePgIsEnough() throws FailureException {
        assertThat(settings(CLOUD_NATIVE_PG, NOTHING))
                .isEqualTo(new ConnectionSettings(
                        List.of(new HostPort("pg-rw.shop", 5432)), "app", "app", new Password("Se+same"), TLS, null));
    }

    @Test
    void theSecretOfCrunchyIsEnough() throws FailureException {
        assertThat(settings(CRUNCHY, NOTHING))
                .isEqualTo(new ConnectionSettings(
                        List.of(new HostPort("hippo-primary.shop.svc", 5432)),
                        "hippo",
                        "hippo",
                        new Password("Se<same"),
                        TLS,
                        null));
    }

    @Test
    void theSecretOfZalandoNeedsHostAndName() throws FailureException {
        assertThat(settings(ZALANDO, spec("acid", null, "orders")))
                .isEqualTo(new ConnectionSettings(
                        List.of(new HostPort("acid", 5432)), "orders", "zalando", new Password("Sesame"), TLS, null));
        assertThat(Failures.of(() -> settings(ZALANDO, spec(null, null, "orders")))
                        .message())
                .contains("\"db\"", "host", "spec.database.host");
        assertThat(Failures.of(() -> settings(ZALANDO, spec("acid", null, null)))
                        .message())
                .contains("spec.database.name");
    }

    @Test
    void aSecretForAnyDatabaseNeedsItsName() throws FailureException {
        var superuser = Map.of(
                "dbname", "*",
                "host", "pg-rw",
                "password", "Sesame",
                "uri", "postgresql://postgres:Sesame@pg-rw.shop:5432/*",
                "username", "postgres");
        assertThat(settings(superuser, spec(null, null, "orders")).database()).isEqualTo("orders");
        assertThat(Failures.of(() -> settings(superuser, NOTHING)).message()).contains("spec.database.name");
    }

    @Test
    void theJdbcUriAndTheSingleKeysGiveTheSameAsTheUri() throws FailureException {
        ConnectionSettings byUri = settings(CRUNCHY, NOTHING);
        assertThat(settings(without(CRUNCHY, "uri"), NOTHING)).isEqualTo(byUri);
        assertThat(settings(without(CRUNCHY, "uri", "jdbc-uri"), NOTHING)).isEqualTo(byUri);
        Map<String, String> synonyms = with(without(CRUNCHY, "uri", "jdbc-uri", "dbname", "user"), "database", "hippo");
        assertThat(settings(with(synonyms, "username", "hippo"), NOTHING)).isEqualTo(byUri);
    }

    @Test
    void whatTheUriLacksComesFromTheOtherKeys() throws FailureException {
        var values = Map.of("uri", "postgresql:///", "host", "db", "port", "6432", "dbname", "d", "user", "u");
        assertThat(settings(with(values, "password", "p"), NOTHING))
                .isEqualTo(new ConnectionSettings(
                        List.of(new HostPort("db", 6432)), "d", "u", new Password("p"), TLS, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"username", "password"})
    void aKeyThatIsMissingOrEmptyIsNamed(String key) {
        for (Map<String, String> values : List.of(without(ZALANDO, key), with(ZALANDO, key, ""))) {
            Failure failure = Failures.of(() -> settings(values, spec("acid", null, "orders")));
            assertThat(failure.reason()).isEqualTo(Reason.SECRET_INVALID);
            assertThat(failure.message()).contains("\"db\"", "key " + key).doesNotContain("Sesame");
        }
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
                    evil.example, -,    -,     host
                    pg-rw,        -,    -,     host
                    pg-rw.shop,   5433, -,     port
                    -,            5433, -,     port
                    -,            -,    other, name
                    -,            -,    App,   name
                    """)
    void whatDiffersFromTheSecretIsRefusedUnlessTheSecretAllowsIt(
            @Nullable String host, @Nullable Integer port, @Nullable String name, String field)
            throws FailureException {
        DatabaseSpec spec = spec(host, port, name);
        Failure failure = Failures.of(() -> settings(CLOUD_NATIVE_PG, spec));
        assertThat(failure.reason()).isEqualTo(Reason.OVERRIDE_REFUSED);
        assertThat(failure.message())
                .contains("spec.database." + field, "matview.dev/allow-override")
                .doesNotContain("same");

        ConnectionSettings allowed = new ConnectionSecret("db", CLOUD_NATIVE_PG, true).settings(spec, TLS);
        assertThat(allowed.hosts())
                .containsExactly(new HostPort(host == null ? "pg-rw.shop" : host, port == null ? 5432 : port));
        assertThat(allowed.database()).isEqualTo(name == null ? "app" : name);
    }

    @Test
    void whatRepeatsTheSecretIsWelcome() throws FailureException {
        assertThat(settings(CLOUD_NATIVE_PG, spec("pg-rw.shop", 5432, "app")))
                .isEqualTo(settings(CLOUD_NATIVE_PG, NOTHING));
    }

    @Test
    void aPortIsRefusedThatDiffersFromOneOfSeveral() {
        var values = with(ZALANDO, "uri", "postgresql://a:5432,b:5433/d");
        assertThat(Failures.of(() -> settings(values, spec(null, 5432, null))).reason())
                .isEqualTo(Reason.OVERRIDE_REFUSED);
    }

    @Test
    void aHostMayNotBeSlippedInBesideTheSecretsOwn() {
        assertThat(Failures.of(() -> settings(CLOUD_NATIVE_PG, spec("pg-rw.shop,evil.example", null, null)))
                        .reason())
                .isEqualTo(Reason.OVERRIDE_REFUSED);
    }

    @Test
    void severalHostsTakeOnePortForAllOrOneEach() throws FailureException {
        var one = with(with(with(ZALANDO, "host", "a, b,::1"), "port", "6432"), "dbname", "d");
        assertThat(settings(one, NOTHING).address()).isEqualTo("a:6432,b:6432,[::1]:6432");
        assertThat(settings(with(one, "port", "1,2,3"), NOTHING).address()).isEqualTo("a:1,b:2,[::1]:3");
        assertThat(settings(without(one, "port"), NOTHING).address()).isEqualTo("a:5432,b:5432,[::1]:5432");
        assertThat(settings(with(ZALANDO, "uri", "postgresql://a:1,b,[::1]:3/d"), NOTHING)
                        .address())
                .isEqualTo("a:1,b:5432,[::1]:3");
        assertThat(Failures.of(() -> settings(with(one, "port", "1,2"), NOTHING))
                        .message())
                .contains("3 hosts but 2 ports");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "0", "65536", "-1", "54 32", "5432;x"})
    void aPortIsANumberInItsRange(String port) {
        var values = with(with(with(ZALANDO, "host", "db"), "dbname", "d"), "port", port);
        assertThat(Failures.of(() -> settings(values, NOTHING)).message()).contains("port", "65535");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/var/run/postgresql",
                "a b",
                "db?socketFactory=x",
                "db/other?loggerFile=x",
                "db/other",
                "u@db",
                "db#x",
                "[::1]",
                "a,,b",
                "a,",
                "db\nother",
                "db\\x"
            })
    void aHostThatIsNoneIsRefused(String host) {
        var values = with(with(ZALANDO, "host", host), "dbname", "d");
        Failure failure = Failures.of(() -> settings(values, NOTHING));
        assertThat(failure.reason()).isEqualTo(Reason.SECRET_INVALID);
        assertThat(failure.message()).contains("host name or address");
        assertThat(Failures.of(() -> settings(with(ZALANDO, "dbname", "d"), spec(host, null, null)))
                        .reason())
                .isEqualTo(Reason.SECRET_INVALID);
    }

    @Test
    void thePasswordIsTakenToTheLetter() throws FailureException {
        for (String password : List.of("Sesame\n", " Sesame ", "Se same", "Se%2Bsame", "+", "grüße", "\t")) {
            var values = with(ZALANDO, "password", password);
            assertThat(settings(values, spec("h", null, "d")).password()).isEqualTo(new Password(password));
        }
    }

    @Test
    void aLineBreakAfterTheOtherValuesDoesNotCount() throws FailureException {
        var values = Map.of("host", "h\n", "port", "5433\n", "dbname", "d\n", "username", "u\n", "password", "p");
        assertThat(settings(values, NOTHING))
                .isEqualTo(new ConnectionSettings(
                        List.of(new HostPort("h", 5433)), "d", "u", new Password("p"), TLS, null));
        assertThat(settings(Map.of("uri", "postgresql://u:p@h:5433/d\n"), NOTHING))
                .isEqualTo(settings(values, NOTHING));
    }

    @ParameterizedTest
    @ValueSource(strings = {"username", "password", "dbname", "host"})
    void aValueWithACharacterThatTheProtocolCantCarryIsRefused(String key) {
        var values = with(with(with(ZALANDO, "host", "h"), "dbname", "d"), key, "x\0y");
        assertThat(Failures.of(() -> settings(values, NOTHING)).reason()).isEqualTo(Reason.SECRET_INVALID);
    }

    @Test
    void aHostileParameterIsRefusedBeforeAnythingIsConnected() {
        var values = with(CLOUD_NATIVE_PG, "uri", "postgresql://app:Se%2Bsame@pg-rw.shop:5432/app?loggerFile=/tmp/x");
        Failure failure = Failures.of(() -> settings(values, NOTHING));
        assertThat(failure.reason()).isEqualTo(Reason.SECRET_INVALID);
        assertThat(failure.message()).contains("'loggerFile'").doesNotContain("Se%2Bsame", "Se+same", "/tmp/x");
    }

    private static ConnectionSettings settings(Map<String, String> values, DatabaseSpec spec) throws FailureException {
        return new ConnectionSecret("db", values, false).settings(spec, TLS);
    }

    private static DatabaseSpec spec(@Nullable String host, @Nullable Integer port, @Nullable String name) {
        return new DatabaseSpec(new SecretReference("db"), host, port, name, TlsSpec.VERIFY_FULL);
    }

    private static Map<String, String> with(Map<String, String> values, String key, String value) {
        var result = new HashMap<>(values);
        result.put(key, value);
        return result;
    }

    private static Map<String, String> without(Map<String, String> values, String... keys) {
        var result = new HashMap<>(values);
        result.keySet().removeAll(List.of(keys));
        return result;
    }
}
