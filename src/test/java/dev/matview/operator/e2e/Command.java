package dev.matview.operator.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A program that runs to its end. */
final class Command {
    private static final int MINUTES = 5;

    private Command() {}

    /**
     * What the program printed to its standard output.
     *
     * @throws IllegalStateException with what it said, when it fails
     */
    static String run(Map<String, String> environment, String program, String... arguments) {
        List<String> line =
                Stream.concat(Stream.of(program), Stream.of(arguments)).toList();
        try {
            Path errors = Files.createTempFile("matview-e2e", ".log");
            try {
                var builder = new ProcessBuilder(line).redirectError(errors.toFile());
                builder.environment().putAll(environment);
                Process process = builder.start();
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (!process.waitFor(MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
                    throw new IllegalStateException(String.join(" ", line) + ":\n" + Files.readString(errors));
                }
                return output;
            } finally {
                Files.delete(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + program, e);
        }
    }
}
