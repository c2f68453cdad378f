package dev.matview.operator.e2e;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/** The chart as a release before this one might have been: another version, with the previous release's definition. */
final class PreviousChart {
    static final String VERSION = "0.0.9";
    /** The field of the spec that it does not know. */
    static final String LATER_FIELD = "execution";

    private static final Path DEFINITION = Path.of("src", "test", "resources", "previous-release", "definition.yaml");

    private PreviousChart() {}

    /** Packages it with helm into that folder; the package. */
    static String packaged(Platform platform, Path folder) {
        var chart = ChartCopy.into(folder)
                .edit("Chart.yaml", text -> text.replaceAll("(?m)^version: .*$", "version: " + VERSION))
                .edit("files/crds/" + Release.DEFINITION_FILE, text -> definition());
        platform.helm("package", chart.folder().toString(), "--destination", folder.toString());
        return folder.resolve(Release.NAME + "-" + VERSION + ".tgz").toString();
    }

    /** The fields of the spec in a definition, as they stand in it. */
    static Map<String, Object> fields(GenericKubernetesResource definition) {
        Map<String, Object> fields =
                definition.get("spec", "versions", 0, "schema", "openAPIV3Schema", "properties", "spec", "properties");
        return Objects.requireNonNull(fields);
    }

    private static String definition() {
        try {
            return Files.readString(DEFINITION);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
