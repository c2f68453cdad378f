package dev.matview.operator.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** A Secret or ConfigMap as a pod has it mounted: a file for each key, in UTF-8. */
public record MountedFolder(Path path) {
    /**
     * Every key with its value. What else is in the folder, such as the kubelet's own {@code ..data}, is no key.
     *
     * @throws NoSuchFileException when there is no such folder
     * @throws IOException when it, or a file of it, may not be read
     */
    public Map<String, String> values() throws IOException {
        var values = new HashMap<String, String>();
        try (Stream<Path> files = Files.list(path)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String key = String.valueOf(file.getFileName());
                values.put(key, value(key));
            }
        }
        return values;
    }

    /**
     * The value of one key.
     *
     * @throws NoSuchFileException when there is no such key
     * @throws IOException when it may not be read
     */
    public String value(String key) throws IOException {
        return new String(Files.readAllBytes(path.resolve(key)), StandardCharsets.UTF_8);
    }
}
