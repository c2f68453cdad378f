package dev.matview.operator.it;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One document of src/test/resources/crd, or of another file of resources.
 *
 * @param refusals what the API server's refusal must contain: its comments {@code # refused: ...}
 */
record SampleManifest(String file, GenericKubernetesResource resource, List<String> refusals) {
    private static final Path FOLDER = Path.of("src", "test", "resources", "crd");
    private static final Pattern REFUSED = Pattern.compile("(?m)^# refused: (.*)$");

    /** Those of all files whose names start so; read as they are, not through the types of the resource. */
    static Stream<SampleManifest> ofFiles(String prefix) {
        try (var files = Files.list(FOLDER)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix)).sorted().toList().stream()
                    .flatMap(SampleManifest::ofFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<SampleManifest> ofFile(Path file) {
        try {
            return Arrays.stream(Files.readString(file).split("(?m)^---$"))
                    .map(text -> new SampleManifest(
                            file.getFileName().toString(),
                            Serialization.unmarshal(text, GenericKubernetesResource.class),
                            REFUSED.matcher(text).results().map(m -> m.group(1)).toList()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return file + ": " + resource.getMetadata().getName();
    }
}
