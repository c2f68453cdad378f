package dev.matview.operator.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Calls {@code hack/postgres/server.sh}, which knows how to run PostgreSQL here. */
final class ServerScript {
    private static final int SECONDS_TO_END = 60;

    private ServerScript() {}

    /**
     * Runs one command to its end.
     *
     * @throws IllegalStateException with what the script printed, when it fails
     */
    static void run(String... command) {
        Process process = start(command);
        List<String> output =
                process.inputReader(StandardCharsets.UTF_8).lines().toList();
        awaitEnd(process);
        if (process.exitValue() != 0) {
            throw failure(List.of(command), output);
        }
    }

    /**
     * Starts a server that ends with this JVM, however that ends: the script then finds its input closed.
     *
     * @throws IllegalStateException with what the script printed, when the server does not come up
     */
    static Held hold(String... command) {
        Process process =
                start(Stream.concat(Stream.of("hold"), Stream.of(command)).toArray(String[]::new));
        List<String> output = new ArrayList<>();
        try {
            BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("port ")) {
                    return new Held(process, Integer.parseInt(line.substring("port ".length())));
                }
                output.add(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw failure(List.of(command), output);
    }

    private static Process start(String... command) {
        Path script = Path.of("hack/postgres/server.sh").toAbsolutePath();
        List<String> line =
                Stream.concat(Stream.of(script.toString()), Stream.of(command)).toList();
        try {
            return new ProcessBuilder(line).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitEnd(Process process) {
        try {
            if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
                throw new IllegalStateException(
                        "server.sh is still running after " + SECONDS_TO_END + " s: " + process);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for server.sh", e);
        }
    }

    private static IllegalStateException failure(List<String> command, List<String> output) {
        return new IllegalStateException(
                "server.sh " + String.join(" ", command) + " failed:\n" + String.join("\n", output));
    }

    /**
     * A server that is up.
     *
     * @param process the script, which takes the server down when its input ends
     * @param port the server's TCP port
     */
    record Held(Process process, int port) {
        /** Takes the server down and removes its state. A second call does nothing. */
        void end() {
            try {
                process.getOutputStream().close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            awaitEnd(process);
        }
    }
}
