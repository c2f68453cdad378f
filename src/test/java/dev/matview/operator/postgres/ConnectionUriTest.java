package dev.matview.operator.postgres;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Reason;
import dev.matview.operator.net.Password;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionUriTest {
    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', nullValues = "-", textBlock = """
                    postgresql://app:sesame@db.ns.svc:5433/orders        | db.ns.svc:5433  | app   | sesame  | orders
                    postgres://app:sesame@db/orders                      | db:0            | app   | sesame  | orders
                    postgresql://app:p%40s%2Fs%3A%25%3F@db/or%20ders     | db:0            | app   | p@s/s:%?| or ders
                    postgresql://a+b:c+d@db/e+f                          | db:0            | a+b   | c+d     | e+f
                    postgresql://app:a:b@db/orders                       | db:0            | app   | a:b     | orders
                    postgresql://app:a?b@db/orders                       | db:0            | app   | a?b     | orders
                    postgresql://app:a#b@db/orders                       | db:0            | app   | a#b     | orders
                    postgresql://app:gr%C3%BC%C3%9Fe@db/orders           | db:0            | app   | grüße   | orders
                    postgresql://app:grüße@db/orders                     | db:0            | app   | grüße   | orders
                    postgresql://db                                      | db:0            | -     | -       | -
                    postgresql://db?user=app&password=sesame             | db:0            | app   | sesame  | -
                    postgresql:///orders?user=app&&password=a%26b&       | -               | app   | a&b     | orders
                    postgresql://app@db/orders?password=sesame           | db:0            | app   | sesame  | orders
                    postgresql://app:old@db/orders?user=new&password=s   | db:0            | new   | s       | orders
                    postgresql://app:sesame@[fd00::1]:5433/orders        | [fd00::1]:5433  | app   | sesame  | orders
                    postgresql://app:sesame@[::1]/orders                 | [::1]:0         | app   | sesame  | orders
                    postgresql://app:s@a:1,[::1],c:3/orders              | a:1,[::1]:0,c:3 | app   | s       | orders
                    postgresql://app:@db/orders                          | db:0            | app   | ``      | orders
                    jdbc:postgresql://db:5432/orders?user=app&password=s | db:5432         | app   | s       | orders
                    jdbc:postgresql://db/orders?password=a+b%2Bc&user=u  | db:0            | u     | a b+c   | orders
                    """)
    void theFormsOfLibpqAndOfTheJdbcDriverAreRead(
            String text,
            @Nullable String hosts,
            @Nullable String user,
            @Nullable String password,
            @Nullable String name)
            throws FailureException {
        ConnectionUri uri = ConnectionUri.parse(text);
        assertThat(String.join(",", uri.hosts().stream().map(HostPort::toString).toList()))
                .isEqualTo(hosts == null ? "" : hosts);
        assertThat(uri.user()).isEqualTo(user);
        assertThat(uri.password()).isEqualTo(password == null ? null : new Password(password));
        assertThat(uri.database()).isEqualTo(name);
    }

    @Test
    void theParametersThatAreAllowedAreKept() throws FailureException {
        ConnectionUri uri = ConnectionUri.parse("postgresql://u:p@h/d?sslmode=verify-ca&channel_binding=require"
                + "&target_session_attrs=read-write&prepareThreshold=0");
        assertThat(uri.sslMode()).isEqualTo("verify-ca");
        assertThat(uri.channelBinding()).isEqualTo("require");
        assertThat(ConnectionUri.parse("jdbc:postgresql://h/d?channelBinding=disable&targetServerType=primary")
                        .channelBinding())
                .isEqualTo("disable");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "socketFactory",
                "socketFactoryArg",
                "sslfactory",
                "sslfactoryarg",
                "sslhostnameverifier",
                "sslpasswordcallback",
                "authenticationPluginClassName",
                "xmlFactoryFactory",
                "loggerFile",
                "loggerLevel",
                "jaasApplicationName",
                "kerberosServerName",
                "localSocketAddress",
                "options",
                "service",
                "servicefile",
                "passfile",
                "host",
                "hostaddr",
                "port",
                "dbname",
                "sslcert",
                "sslkey",
                "sslrootcert",
                "requireAuth",
                "require_auth",
                "preferQueryMode",
                "SocketFactory",
                "sslMode"
            })
    void aParameterThatIsNotOnTheListIsRefusedByName(String name) {
        for (String start :
                List.of("postgresql://app:sesame@db/orders?", "jdbc:postgresql://db/orders?password=sesame&")) {
            Failure failure =
                    Failures.of(() -> ConnectionUri.parse(start + "sslmode=require&" + name + "=java.lang.X"));
            assertThat(failure.reason()).isEqualTo(Reason.SECRET_INVALID);
            assertThat(failure.message()).contains("'" + name + "'").doesNotContain("sesame", "java.lang.X");
        }
    }

    @Test
    void aParameterInDisguiseIsRefusedToo() {
        Failure failure = Failures.of(() -> ConnectionUri.parse("postgresql://u@h/d?socket%46actory=X"));
        assertThat(failure.message()).contains("'socketFactory'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sesame",
                "mysql://app:sesame@db/orders",
                "jdbc:mysql://app:sesame@db/orders",
                "PGPASSWORD=sesame psql",
                "host=db password=sesame",
                "postgresql://app:sesame%@db/orders",
                "postgresql://app:sesame%zz@db/orders",
                "postgresql://app:ses/ame@db/orders",
                "postgresql://app:12/sesame?x@db/orders",
                "postgresql://app:12/34?sesame=x@db/orders",
                "postgresql://app:12/34?sesame@db/orders",
                "postgresql://app:sesame@db:port/orders",
                "postgresql://app:sesame@db:0/orders",
                "postgresql://app:sesame@db:65536/orders",
                "postgresql://app:sesame@db:-1/orders",
                "postgresql://app:sesame@db:5432,,other/orders",
                "postgresql://app:sesame@[::1/orders",
                "postgresql://app:sesame@[::1]x:5432/orders",
                "postgresql://app:sesame@db/orders?sslmode=sesame",
                "postgresql://app:sesame@db/orders?sslmode",
                "postgresql://app:sesame@db/orders?channel_binding=sesame",
                "postgresql://app:sesame@db/orders?target_session_attrs=standby",
                "jdbc:postgresql://db/orders?password=sesame&targetServerType=preferSecondary",
                "jdbc:postgresql://db/orders?password=sesame&prepareThreshold=5"
            })
    void whatIsWrongIsRefusedWithoutAWordOfThePassword(String text) {
        Failure failure = Failures.of(() -> ConnectionUri.parse(text));
        assertThat(failure.reason()).isEqualTo(Reason.SECRET_INVALID);
        assertThat(failure.message()).doesNotContain("sesame", "ses/ame");
    }

    @Test
    void printingItShowsNoPassword() throws FailureException {
        ConnectionUri uri = ConnectionUri.parse("postgresql://app:sesame@db/orders");
        assertThat(uri.toString()).doesNotContain("sesame");
        assertThat(requireNonNull(uri.password()).value()).isEqualTo("sesame");
    }
}
