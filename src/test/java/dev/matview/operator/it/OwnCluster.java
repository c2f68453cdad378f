package dev.matview.operator.it;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A cluster of hack/cluster for one test, whose API server may be taken away. */
final class OwnCluster implements AutoCloseable {
    private final Path state;
    private final List<String> apiServer;

    private OwnCluster(Path state) {
        this.state = state;
        try {
            this.apiServer = Arrays.asList(
                    Files.readString(Path.of("/proc", Long.toString(apiServer().pid()), "cmdline"))
                            .split("\0"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static OwnCluster start(Path state) {
        script("up.sh", state);
        return new OwnCluster(state);
    }

    Path kubeconfig() {
        return state.resolve("kubeconfig");
    }

    /** It keeps its connections and answers nobody. */
    void suspendApiServer() {
        run(List.of("kill", "-STOP", Long.toString(apiServer().pid())), Map.of(), Path.of("."));
    }

    void resumeApiServer() {
        run(List.of("kill", "-CONT", Long.toString(apiServer().pid())), Map.of(), Path.of("."));
    }

    /** Connections break, and new ones are refused. */
    void killApiServer() {
        var process = apiServer();
        process.destroyForcibly();
        await("the API server is gone").atMost(Duration.ofSeconds(10)).until(() -> !process.isAlive());
    }

    void startApiServer() {
        try {
            var process = new ProcessBuilder(apiServer)
                    .directory(state.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(state.resolve("log/apiserver-again.log").toFile())
                    .start();
            Files.writeString(state.resolve("apiserver.pid"), Long.toString(process.pid()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awayFor(Duration duration) {
        Instant end = Instant.now().plus(duration);
        await().atMost(duration.plusSeconds(5)).until(() -> Instant.now().isAfter(end));
    }

    @Override
    public void close() {
        if (apiServer().isAlive()) {
            resumeApiServer();
        }
        script("down.sh", state);
    }

    private ProcessHandle apiServer() {
        try {
            long pid = Long.parseLong(
                    Files.readString(state.resolve("apiserver.pid")).strip());
            return ProcessHandle.of(pid).orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void script(String name, Path state) {
        run(
                List.of(Path.of("hack", "cluster", name).toAbsolutePath().toString()),
                Map.of("CLUSTER_RUN", state.toString()),
                Path.of("."));
    }

    private static void run(List<String> command, Map<String, String> environment, Path folder) {
        try {
            var builder = new ProcessBuilder(command).directory(folder.toFile());
            builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.INHERIT);
            builder.environment().putAll(environment);
            var process = builder.start();
            if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IllegalStateException("failed: " + command);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
