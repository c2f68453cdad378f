package dev.matview.operator.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A generated file that is kept under version control, so that a change of it is seen in review. */
record CommittedFile(Path path, String command) {

    /** Fails when the file differs from what was generated; with {@code -Dupdate=true} writes it instead. */
    void mustBe(String generated) throws IOException {
        if (Boolean.getBoolean("update")) {
            Files.createDirectories(path.toAbsolutePath().getParent());
            Files.writeString(path, generated);
        }
        assertThat(path).as("%s, written by '%s'", path, command).exists();
        assertThat(Files.readString(path))
                .as("%s is not what the types say: run '%s' and commit the result", path, command)
                .isEqualTo(generated);
    }
}
