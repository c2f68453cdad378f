package dev.matview.operator.postgres;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.matview.operator.net.Password;
import dev.matview.operator.postgres.FakeServer.Behaviour;
import dev.matview.operator.postgres.FakeServer.Login;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds our reading of URIs against libpq's: psql tells a server without scruples what it read. */
class ConnectionUriLibpqTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://app:sesame@HOST/orders",
                "postgres://app:sesame@HOST/orders",
                "postgresql://a%40p:p%40s%2Fs%3A%25%3F@HOST/or%20ders",
                "postgresql://a+b:c+d@HOST/e+f",
                "postgresql://app:a:b@HOST/orders",
                "postgresql://app:a?b@HOST/orders",
                "postgresql://app:a?b=c@HOST/orders",
                "postgresql://app:a#b&c@HOST/orders#x",
                "postgresql://app:gr%C3%BC%C3%9Fe@HOST/gr%C3%B6%C3%9Fe",
                "postgresql://app:grüße@HOST/größe",
                "postgresql://app:sesame@HOST/a/b",
                "postgresql://app:sesame@HOST/a%2Fb?",
                "postgresql://HOST/orders?user=app&password=p%26q%3D",
                "postgresql://HOST?user=app&password=a+b",
                "postgresql://HOST/orders?user=app&password=a@b",
                "postgresql://app:old@HOST/orders?user=new&password=young",
                "postgresql://app:sesame@HOST,HOST/orders",
                "postgresql://app:%20sesame%20@HOST/orders?sslmode=disable",
                "postgresql://app:sesame@HOST/orders?us%65r=other",
            })
    void libpqReadsTheSame(String template) throws IOException, InterruptedException {
        try (FakeServer server = FakeServer.start(Behaviour.ASK_FOR_CLEAR_TEXT)) {
            String text = template.replace("HOST", server.address().toString());
            assumeThat(psql(text)).as("psql is at hand").isTrue();
            Login login = server.logins().getFirst();
            ConnectionUri ours = requireNonNull(ours(text), "we refuse what libpq takes");
            assertThat(ours.user()).isEqualTo(login.parameters().get("user"));
            assertThat(ours.password()).isEqualTo(login.password() == null ? null : new Password(login.password()));
            String database = ours.database() == null ? ours.user() : ours.database();
            assertThat(database).isEqualTo(login.parameters().get("database"));
            assertThat(ours.hosts().getFirst()).isEqualTo(server.address());
        }
    }

    private static @Nullable ConnectionUri ours(String text) {
        try {
            return ConnectionUri.parse(text);
        } catch (FailureException e) {
            return null;
        }
    }

    /** Whether there is a psql that could try. */
    private static boolean psql(String uri) throws InterruptedException {
        var builder = new ProcessBuilder("psql", "-X", "-w", "-c", "", uri);
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("PGPASSFILE", "/dev/null");
        builder.environment().put("PGCONNECT_TIMEOUT", "5");
        builder.environment().put("LC_ALL", "C.UTF-8");
        try {
            Process process = builder.redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() != 127;
        } catch (IOException e) {
            return false;
        }
    }
}
