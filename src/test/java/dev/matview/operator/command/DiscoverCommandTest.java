package dev.matview.operator.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.Servers;
import dev.matview.operator.testing.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DatabaseTest(Servers.OLDEST_AND_NEWEST)
class DiscoverCommandTest {
    private final TestDatabase database;
    private final Path folder;
    private final Map<String, String> environment = new HashMap<>();

    DiscoverCommandTest(TestDatabase database, @TempDir Path folder) {
        this.database = database;
        this.folder = folder;
    }

    @BeforeEach
    void createViews() throws SQLException, IOException {
        database.execute(
                "CREATE MATERIALIZED VIEW totals AS SELECT 1 AS id",
                "CREATE UNIQUE INDEX ON totals (id)",
                "CREATE MATERIALIZED VIEW report AS SELECT id FROM totals");
        environment.put("DATABASE_URL", uri(database.password(), ""));
        Files.writeString(folder.resolve("ca.crt"), database.server().caPem());
    }

    @Test
    void theViewsOfAUriAreListedUpstreamsFirst() {
        Answer answer = discover();
        assertThat(answer.code()).isZero();
        assertThat(answer.output().lines().map(line -> line.split("  +", -1)[0]))
                .containsExactly("VIEW", "public.totals", "public.report");
        assertThat(answer.output().lines().toList().getLast())
                .matches(".* public\\.totals +BlueGreen +lets readers go on reading without a usable.*");
        assertThat(answer.errors()).isEmpty();
    }

    @Test
    void aMountedSecretIsReadAsKubernetesWritesIt() throws IOException {
        Path mounted = Files.createDirectories(folder.resolve("secret/..2001"));
        Map.of(
                        "host", "localhost",
                        "port", Integer.toString(database.server().port()),
                        "dbname", database.name(),
                        "username", database.user(),
                        "password", database.password())
                .forEach((key, value) -> link(mounted, key, value));
        environment.put("DATABASE_URL", "not used");
        Answer answer = discover("--secret-dir", folder.resolve("secret").toString(), "--output=json");
        assertThat(answer.code()).isZero();
        assertThat(answer.output()).startsWith("{").contains("\"name\" : \"totals\"", "\"mode\" : \"Concurrent\"");
    }

    @Test
    void manifestsNameTheSecretAndNothingOfIt() {
        Answer answer = discover("--manifests", "--secret=login", "--ca-secret=authority", "--schedule=0 * * * *");
        assertThat(answer.code()).isZero();
        assertThat(answer.output()).isEqualTo("""
                # Concurrent: unique index "totals_id_idx" lets readers go on reading
                apiVersion: matview.dev/v1alpha1
                kind: MaterializedViewRefresh
                metadata:
                  name: totals
                spec:
                  database:
                    secretRef:
                      name: login
                    tls:
                      ca:
                        secretKeyRef:
                          name: authority
                          key: ca.crt
                  view:
                    schema: public
                    name: totals
                  mode: Concurrent
                  schedules:
                    - "0 * * * *"
                ---
                # BlueGreen: lets readers go on reading without a usable unique index; its first refresh turns it into a plain view on two materialized views, which take twice the disk
                # Reads public.totals
                apiVersion: matview.dev/v1alpha1
                kind: MaterializedViewRefresh
                metadata:
                  name: report
                spec:
                  database:
                    secretRef:
                      name: login
                    tls:
                      ca:
                        secretKeyRef:
                          name: authority
                          key: ca.crt
                  view:
                    schema: public
                    name: report
                  mode: BlueGreen
                  blueGreen:
                    adopt: true
                  schedules:
                    - "0 * * * *"
                """);
    }

    @Test
    void aViewThatTheUserMayNotRefreshSaysSoWithTheFix() throws SQLException {
        database.executeAsSuperuser("CREATE SCHEMA closed", "CREATE MATERIALIZED VIEW closed.v AS SELECT 1 AS id");
        assertThat(discover("-o", "yaml").output())
                .contains("problem: \"user \\\"" + database.user() + "\\\" may not refresh \\\"closed\\\".\\\"v\\\"");
        assertThat(discover("--manifests", "--secret=s", "--ca-secret=s").output())
                .contains("# Can't work yet: user \"" + database.user() + "\" may not refresh \"closed\".\"v\"");
    }

    @Test
    void aDatabaseWithoutMaterializedViewsIsNoFailure() throws SQLException {
        database.execute("DROP MATERIALIZED VIEW totals CASCADE");
        Answer table = discover();
        assertThat(table.code()).isZero();
        assertThat(table.output()).isEmpty();
        assertThat(table.errors()).contains("no materialized view in database \"" + database.name() + "\"");
        assertThat(discover("-o", "json").output()).contains("\"views\" : [ ]");
    }

    @Test
    void whatIsWrongWithTheConnectionIsSaidInTheWordsOfTheCommand() {
        assertFails(discover("--host=elsewhere"), "--host differs");
        environment.put("DATABASE_URL", uri("wrong-sesame", ""));
        assertFails(discover(), "refused user \"" + database.user() + "\"", "check user and password in DATABASE_URL");
        environment.put("DATABASE_URL", uri(database.password(), "?sslrootcert=/ca"));
        assertFails(discover(), "DATABASE_URL can't be used", "'sslrootcert' is not allowed");
        environment.put("DATABASE_URL", "postgresql://127.0.0.1/" + database.name());
        assertFails(discover(), "DATABASE_URL can't be used: it lacks", "set it in the URI");
        environment.put("DATABASE_URL", uri(database.password(), "").replace("127.0.0.1", "127.0.0.2"));
        assertFails(discover(), "--tls-mode to VerifyCA");
    }

    @Test
    void theAuthorityIsAnOptionOfTheCommand() {
        Answer answer = run("--allow-loopback");
        assertThat(answer.code()).isEqualTo(1);
        assertThat(answer.errors()).contains("set --tls-ca to a file with the certificate of the authority");
        answer = run("--allow-loopback", "--tls-ca=" + folder.resolve("nothing"));
        assertThat(answer.errors()).contains("there is no file " + folder.resolve("nothing"));
        answer = run("--allow-loopback", "--tls-mode=Require");
        assertThat(answer.code()).isZero();
    }

    @Test
    void loopbackIsForDevelopmentAlone() {
        Answer answer = run();
        assertThat(answer.code()).isEqualTo(1);
        assertThat(answer.errors()).contains("loopback", "--allow-loopback");
        environment.put("MATVIEW_ALLOW_LOOPBACK", "true");
        assertThat(run("--tls-ca=" + folder.resolve("ca.crt")).code()).isZero();
    }

    @Test
    void whoCallsItWronglyIsToldHow() {
        assertThat(run("--nonsense"))
                .returns(2, Answer::code)
                .extracting(Answer::errors)
                .asString()
                .contains("there is no option --nonsense", "discover --help");
        environment.remove("DATABASE_URL");
        assertThat(run())
                .returns(2, Answer::code)
                .extracting(Answer::errors)
                .asString()
                .contains("Give --secret-dir, or a URI in DATABASE_URL");
        assertThat(run("--secret-dir", folder.resolve("none").toString()))
                .returns(1, Answer::code)
                .extracting(Answer::errors)
                .asString()
                .contains("there is no folder " + folder.resolve("none"));
        assertThat(run("--manifests", "-h")).isEqualTo(new Answer(0, DiscoverOptions.HELP, ""));
    }

    private void assertFails(Answer answer, String... messages) {
        assertThat(answer.code()).isEqualTo(1);
        assertThat(answer.output()).isEmpty();
        assertThat(answer.errors()).contains(messages).doesNotContain(database.password(), "sesame", "spec.", "Secret");
    }

    private Answer discover(String... arguments) {
        Stream<String> trusting = Stream.of("--allow-loopback", "--tls-ca=" + folder.resolve("ca.crt"));
        return run(Stream.concat(trusting, Stream.of(arguments)).toArray(String[]::new));
    }

    private Answer run(String... arguments) {
        var output = new ByteArrayOutputStream();
        var errors = new ByteArrayOutputStream();
        var command = new DiscoverCommand(
                environment,
                new PrintStream(output, true, StandardCharsets.UTF_8),
                new PrintStream(errors, true, StandardCharsets.UTF_8));
        int code = command.run(arguments);
        var answer = new Answer(code, output.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8));
        assertThat(answer.output() + answer.errors()).doesNotContain(database.password());
        return answer;
    }

    private String uri(String password, String parameters) {
        return "postgresql://" + database.user() + ":" + URLEncoder.encode(password, StandardCharsets.UTF_8)
                + "@127.0.0.1:" + database.server().port() + "/" + database.name() + parameters;
    }

    /** The key is a link to a file in a folder that is exchanged as a whole when the Secret changes. */
    private static void link(Path mounted, String key, String value) {
        try {
            Files.writeString(mounted.resolve(key), value);
            Files.createSymbolicLink(mounted.resolveSibling(key), mounted.resolve(key));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Answer(int code, String output, String errors) {}
}
