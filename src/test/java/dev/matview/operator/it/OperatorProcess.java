package dev.matview.operator.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/** The operator as it is shipped: the packaged jar in a process of its own, with the rights of deploy/rbac.yaml. */
final class OperatorProcess implements AutoCloseable {
    private static final Path LOGS = Path.of("target", "operator-logs");

    /** How a refusal by the API server's authorization shows in the operator's log or a status. */
    private static final Pattern REFUSED =
            Pattern.compile("(?m)^.*(?:orbidden|HTTP status 403|Code: 403|code=403|operator may not read).*$");

    private static final Pattern LISTENING = Pattern.compile("(?<=Listening on: )http://[0-9.:]+");

    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("KUBERNETES_IMPERSONATE_USERNAME", "system:serviceaccount:matview-system:matview-operator"),
            Map.entry("MATVIEW_ALLOW_LOOPBACK", "true"),
            Map.entry("MATVIEW_RETRY_BACKOFF", "500ms"),
            Map.entry("MATVIEW_RECHECK_BACKOFF", "500ms"),
            Map.entry("MATVIEW_MAX_BACKOFF", "2s"),
            Map.entry("MATVIEW_CONNECT_TIMEOUT", "2s"),
            Map.entry("MATVIEW_POOL_IDLE", "2s"),
            Map.entry("MATVIEW_STOP_GRACE", "1s"),
            Map.entry(
                    "MATVIEW_CRONJOBS_POD_TEMPLATE",
                    Path.of("src", "test", "resources", "pod-template.yaml")
                            .toAbsolutePath()
                            .toString()),
            Map.entry("QUARKUS_HTTP_HOST", "127.0.0.1"),
            Map.entry("QUARKUS_HTTP_PORT", "0"),
            Map.entry("MATVIEW_DEFINITIONS", "true"),
            Map.entry("MATVIEW_ALLOWED_HOOK_HOSTS", "127.0.0.1,localhost"),
            Map.entry("MATVIEW_LOG_LEVEL", "DEBUG"));

    private final Process process;
    private final Path log;
    private final Process guardian;

    private OperatorProcess(Process process, Path log) throws IOException {
        this.process = process;
        this.log = log;
        // Its standard input ends with the tests, however they end.
        guardian = new ProcessBuilder("sh", "-c", "cat >/dev/null; kill -9 " + process.pid()).start();
    }

    /** Starts it for some namespaces alone, so that any number run side by side; returns when it has started. */
    static OperatorProcess start(Path kubeconfig, List<String> namespaces, Map<String, String> settings) {
        try {
            Files.createDirectories(LOGS);
            Path log = Files.createTempFile(LOGS, namespaces.getFirst() + "-", ".log");
            var builder = new ProcessBuilder(java()).redirectErrorStream(true).redirectOutput(log.toFile());
            builder.environment().putAll(SETTINGS);
            builder.environment().putAll(settings);
            builder.environment().put("KUBECONFIG", kubeconfig.toString());
            builder.environment().put("QUARKUS_OPERATOR_SDK_NAMESPACES", String.join(",", namespaces));
            var operator = new OperatorProcess(builder.start(), log);
            try {
                operator.awaitStart();
            } catch (RuntimeException | Error e) {
                operator.close();
                throw e;
            }
            return operator;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How the program is called, without arguments. */
    static List<String> java() throws IOException {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@deploy/jvm.options",
                "-jar",
                jar().toString());
    }

    /** The packaged program. */
    static Path jar() throws IOException {
        try (var files = Files.list(Path.of("target"))) {
            return files.filter(f -> f.getFileName().toString().endsWith("-runner.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no operator in target/: run 'make build'"));
        }
    }

    private void awaitStart() {
        await("the operator has started, or ended")
                .atMost(Duration.ofMinutes(3))
                .until(() -> log().contains(" started in ") || !process.isAlive());
        assertThat(process.isAlive()).as("alive: %s", log()).isTrue();
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it answers over HTTP. */
    String url() {
        var listening = LISTENING.matcher(log());
        assertThat(listening.find()).as("listens: %s", log()).isTrue();
        return listening.group();
    }

    /** All that the role lacks, as the log tells of it. */
    List<String> refusals() {
        return REFUSED.matcher(log()).results().map(m -> m.group()).toList();
    }

    /** SIGTERM, as a kubelet does it. */
    Duration stop() {
        long startNanos = System.nanoTime();
        process.destroy();
        awaitEnd();
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    /** SIGTERM, without waiting for the end. */
    void beginStop() {
        process.destroy();
    }

    /** SIGSTOP: it stands still, with all that it has open. */
    void pause() {
        signal("STOP");
    }

    /** SIGCONT. */
    void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            var kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
            assertThat(kill.waitFor()).as("kill -%s", name).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until it has ended by itself. */
    void awaitEnd(Duration patience) {
        await("the operator has ended").atMost(patience).until(() -> !process.isAlive());
        awaitEnd();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    private void awaitEnd() {
        CompletableFuture<Process> end = process.onExit();
        try {
            end.get(30, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            process.destroyForcibly();
            throw new AssertionError("the operator did not end: " + log, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        guardian.destroyForcibly();
    }

    /** Ends it, if it has not ended yet; its log stays. */
    @Override
    public void close() {
        if (process.isAlive()) {
            resume();
            stop();
        }
        assertThat(refusals()).as("what deploy/rbac.yaml does not allow").isEmpty();
    }
}
