package dev.matview.operator.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The chart with files that differ.
 *
 * @param folder where it is
 */
record ChartCopy(Path folder) {
    /** Copies the chart into a folder of that one. */
    static ChartCopy into(Path parent) {
        Path folder = parent.resolve(Release.NAME);
        Path chart = Path.of(Release.CHART);
        try (Stream<Path> files = Files.walk(chart)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(chart.relativize(file)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ChartCopy(folder);
    }

    ChartCopy edit(String file, UnaryOperator<String> change) {
        Path path = folder.resolve(file);
        try {
            Files.writeString(path, change.apply(Files.readString(path)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }
}
