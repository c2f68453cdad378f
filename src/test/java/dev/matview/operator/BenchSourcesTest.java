package dev.matview.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code bench/} measures by is Java source that no build compiles. */
class BenchSourcesTest {
    @Test
    void theySpeakTheLanguageOfTheCodeThatTheyMeasure(@TempDir Path classes) throws IOException {
        for (Path folder : List.of(Path.of("bench"), Path.of("bench/modes"))) {
            List<Path> sources;
            try (Stream<Path> files = Files.list(folder)) {
                sources =
                        files.filter(file -> file.toString().endsWith(".java")).toList();
            }
            assertThat(sources).isNotEmpty();
            var compiler = ToolProvider.getSystemJavaCompiler();
            var complaints = new StringWriter();
            try (var files = compiler.getStandardFileManager(null, null, null)) {
                var options =
                        List.of("-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
                boolean compiled = compiler.getTask(
                                complaints, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
                        .call();
                assertThat(compiled).as(complaints.toString()).isTrue();
            }
        }
    }
}
