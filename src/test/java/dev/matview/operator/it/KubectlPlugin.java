package dev.matview.operator.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The plugin of deploy/kubectl as somebody has it on the PATH, with the kubectl that hack/cluster built.
 *
 * @param folder for what kubectl keeps
 * @param shell what runs the script, or nothing: then kubectl does
 */
record KubectlPlugin(Path kubeconfig, Path folder, List<String> shell) {
    private static final Path SCRIPTS = Path.of("deploy", "kubectl").toAbsolutePath();

    /** What a command said, and its exit code. */
    record Answer(int code, String out, String err) {
        String everything() {
            return out + err;
        }
    }

    /** As kubectl runs it. */
    static KubectlPlugin of(Path kubeconfig, Path folder) {
        return new KubectlPlugin(kubeconfig, folder, List.of());
    }

    KubectlPlugin in(String shells) {
        return new KubectlPlugin(kubeconfig, folder, List.of(shells.split(" ", -1)));
    }

    /** The shells of this machine that the plugin is made for. */
    static Stream<String> shells() {
        return Stream.of("dash", "bash", "bash --posix", "busybox sh")
                .filter(shell -> Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, shell.split(" ", -1)[0]))));
    }

    /** {@code kubectl matview} with these words. */
    Answer run(String... words) {
        return run(
                shell.isEmpty()
                        ? Stream.of("kubectl", "matview")
                        : Stream.concat(
                                shell.stream(),
                                Stream.of(SCRIPTS.resolve("kubectl-matview").toString())),
                words);
    }

    /** What kubectl would offer for the last of the words, which may be empty. */
    List<String> complete(String... words) {
        return run(Stream.of("kubectl", "__complete", "matview"), words)
                .out()
                .lines()
                .toList();
    }

    /** The same as {@link #run} with a terminal as standard output. */
    Answer runOnTerminal(Map<String, String> environment, String... words) {
        var line = "kubectl matview " + String.join(" ", words);
        return answer(List.of("script", "-qec", line, "/dev/null"), environment);
    }

    private Answer run(Stream<String> command, String... words) {
        return answer(Stream.concat(command, Stream.of(words)).toList(), Map.of());
    }

    private Answer answer(List<String> command, Map<String, String> environment) {
        try {
            Path errors = Files.createTempFile(folder, "errors", ".txt");
            var builder = new ProcessBuilder(command)
                    .redirectInput(new File("/dev/null"))
                    .redirectError(errors.toFile());
            builder.environment().put("KUBECONFIG", kubeconfig.toString());
            builder.environment().put("KUBECACHEDIR", folder.resolve("cache").toString());
            builder.environment().put("PATH", String.join(File.pathSeparator, binaries(), SCRIPTS.toString(), path()));
            builder.environment().putAll(environment);
            Process process = builder.start();
            var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("%s", command).isTrue();
            return new Answer(process.exitValue(), out, Files.readString(errors));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String path() {
        return System.getenv("PATH");
    }

    private static String binaries() throws IOException, InterruptedException {
        var process = new ProcessBuilder("bash", "-c", ". hack/cluster/env.sh && printf %s \"$CLUSTER_BIN\"").start();
        var binaries = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(Path.of(binaries, "kubectl")).isExecutable();
        return binaries;
    }
}
