package dev.matview.operator.e2e;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** The chart as a release before this one might have been: another version, and a definition that lacks a field. */
final class PreviousChart {
    static final String VERSION = "0.0.9";
    /** The field of the spec that it does not know. */
    static final String LATER_FIELD = "suspend";

    private PreviousChart() {}

    /** Packages it with helm into that folder; the package. */
    static String packaged(Platform platform, Path folder) {
        Path chart = folder.resolve(Release.NAME);
        copy(Path.of(Release.CHART), chart);
        Path description = chart.resolve("Chart.yaml");
        write(description, read(description).replaceAll("(?m)^version: .*$", "version: " + VERSION));
        Path definition = chart.resolve("files/crds").resolve(Release.DEFINITION_FILE);
        var crd = Serialization.unmarshal(read(definition), GenericKubernetesResource.class);
        fields(crd).remove(LATER_FIELD);
        write(definition, Serialization.asYaml(crd));
        platform.helm("package", chart.toString(), "--destination", folder.toString());
        return folder.resolve(Release.NAME + "-" + VERSION + ".tgz").toString();
    }

    /** The fields of the spec in a definition, as they stand in it. */
    static Map<String, Object> fields(GenericKubernetesResource definition) {
        Map<String, Object> fields =
                definition.get("spec", "versions", 0, "schema", "openAPIV3Schema", "properties", "spec", "properties");
        return Objects.requireNonNull(fields);
    }

    private static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
