package dev.matview.operator.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContextProvider;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Runs a test class once for each major version of PostgreSQL in {@code hack/postgres/versions} that it is for. */
public final class PostgresVersions implements ClassTemplateInvocationContextProvider {
    /** For JUnit. */
    public PostgresVersions() {}

    /**
     * The versions that this run covers.
     *
     * @return major versions, the oldest first
     * @throws IllegalArgumentException when {@code postgres.versions} names one that there is not
     */
    public static List<Integer> majors() {
        List<Integer> supported = supported();
        String wanted = System.getProperty("postgres.versions", "").strip();
        if (wanted.isEmpty()) {
            return supported;
        }
        List<Integer> majors = Stream.of(wanted.split(",", -1))
                .map(major -> Integer.valueOf(major.strip()))
                .sorted()
                .toList();
        if (!supported.containsAll(majors)) {
            throw new IllegalArgumentException("postgres.versions=" + wanted + ": choose from " + supported);
        }
        return majors;
    }

    private static List<Integer> supported() {
        try (Stream<String> lines = Files.lines(Path.of("hack/postgres/versions"))) {
            return lines.map(line -> Integer.valueOf(line.substring(0, line.indexOf(' '))))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean supportsClassTemplate(ExtensionContext context) {
        return true;
    }

    @Override
    public Stream<PostgresInvocation> provideClassTemplateInvocationContexts(ExtensionContext context) {
        DatabaseTest test = AnnotationSupport.findAnnotation(context.getRequiredTestClass(), DatabaseTest.class)
                .orElseThrow();
        return test.value().of(majors()).stream().map(PostgresInvocation::new);
    }
}
