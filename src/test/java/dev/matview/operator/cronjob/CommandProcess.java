package dev.matview.operator.cronjob;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.CertificateAuthoritySource;
import dev.matview.operator.api.DatabaseSpec;
import dev.matview.operator.api.KeyReference;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.api.SecretReference;
import dev.matview.operator.api.TlsMode;
import dev.matview.operator.api.TlsSpec;
import dev.matview.operator.controller.OperatorMain;
import dev.matview.operator.net.AllowedHosts;
import dev.matview.operator.postgres.ConnectionPolicy;
import dev.matview.operator.postgres.DeclaredView;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.testing.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** The command as a pod runs it: a process of its own, with its request, the mounted files and a termination log. */
final class CommandProcess implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Process process;
    private final Path folder;

    private CommandProcess(Process process, Path folder) {
        this.process = process;
        this.folder = folder;
    }

    /** A request to refresh a view of that name, reached as the test's resources do. */
    static PodRequest request(String view) {
        var ca = new CertificateAuthoritySource(new KeyReference("db-ca", "ca.crt"), null);
        return new PodRequest(
                3,
                new DeclaredView(
                        new ViewName("public", view),
                        RefreshMode.CONCURRENT,
                        new RefreshBounds(Duration.ofMillis(500), Duration.ofMinutes(1))),
                false,
                false,
                new DatabaseSpec(
                        new SecretReference("db"), null, null, null, new TlsSpec(TlsMode.VERIFY_FULL, ca, null)),
                false,
                new ConnectionPolicy("scram-sha-256", AllowedHosts.ALL, true, Duration.ofSeconds(10)),
                "totals-1a2b3c4d",
                List.of(),
                "Etc/UTC",
                null);
    }

    /** The keys of a Secret for the database, each of which becomes a file. */
    static Map<String, String> secret(TestDatabase database, String password) {
        return Map.of(
                "host", "localhost",
                "port", Integer.toString(database.server().port()),
                "dbname", database.name(),
                "username", database.user(),
                "password", password);
    }

    /** Writes a Secret's or ConfigMap's keys as the kubelet does. */
    static void mount(Path folder, String name, Map<String, String> values) {
        try {
            Path mounted = Files.createDirectories(folder.resolve(name));
            for (Map.Entry<String, String> value : values.entrySet()) {
                Files.writeString(mounted.resolve(value.getKey()), value.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static CommandProcess start(Path folder, PodRequest request, String job) {
        return start(folder, Map.of(PodRequest.VARIABLE, request.toJson(), RefreshCommand.JOB, job));
    }

    static CommandProcess start(Path folder, Map<String, String> environment) {
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "@deploy/jvm.options",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OperatorMain.class.getName(),
                        RefreshCommand.NAME)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        builder.environment()
                .putAll(Map.of(
                        "MATVIEW_CREDENTIALS",
                        folder.toString(),
                        "MATVIEW_TERMINATION_LOG",
                        folder.resolve("message").toString()));
        builder.environment().putAll(environment);
        try {
            return new CommandProcess(builder.start(), folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGTERM, as the kubelet sends it. */
    void terminate() {
        process.destroy();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
    }

    int awaitExit() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                .as("ended: %s", log())
                .isTrue();
        return process.exitValue();
    }

    String message() {
        return read("message");
    }

    String log() {
        return read("log");
    }

    Outcome outcome() {
        return Objects.requireNonNull(PodResult.outcome(message()), message());
    }

    private String read(String name) {
        try {
            return Files.readString(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
