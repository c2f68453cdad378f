package dev.matview.operator.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/** What was measured on the way; {@code make e2e} prints it at the end. */
final class Figures {
    private static final Path FILE = Path.of("target", "e2e-figures");

    private Figures() {}

    static void add(String what, Duration took) {
        try {
            Files.writeString(
                    FILE,
                    "%s: %.1f s%n".formatted(what, took.toMillis() / 1000.0),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
