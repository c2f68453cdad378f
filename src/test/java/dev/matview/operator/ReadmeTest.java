package dev.matview.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.FailureClass;
import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.SkipReason;
import dev.matview.operator.controller.OperatorConfig;
import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReadmeTest {
    private static final Pattern REASON = Pattern.compile("^\\| `(\\w+)` \\| [^|]+ \\| [^|]+ \\|$");
    private static final Pattern PARAGRAPH = Pattern.compile("^\\*\\*([\\w ]+)[:*].*");
    private static final Pattern SETTING = Pattern.compile("^\\| (`MATVIEW_\\w+` \\| `[^`|]+`) \\| [^|]+ \\|$");

    @Test
    void itsTablesHaveEveryReasonUnderWhatHappensNextAndNoOther() throws IOException {
        var described = new ArrayList<String>();
        String paragraph = "";
        List<String> lines = readme();
        for (String line : lines.subList(lines.indexOf("### Reasons"), lines.indexOf("### Events"))) {
            var heading = PARAGRAPH.matcher(line);
            var row = REASON.matcher(line);
            if (heading.matches()) {
                paragraph = heading.group(1);
            } else if (row.matches()) {
                described.add(paragraph + ": " + row.group(1));
            }
        }

        var failures =
                Stream.of(Reason.values()).map(reason -> paragraph(reason.failureClass()) + ": " + reason.value());
        var skips = Stream.of(SkipReason.values()).map(reason -> "Skipped: " + reason.value());
        assertThat(described)
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(failures, skips).toList());
    }

    @Test
    void itsTableHasEverySettingWithItsDefaultAndNoOther() throws IOException {
        var described = readme().stream().map(SETTING::matcher).flatMap(row -> row.results()
                .map(result -> result.group(1)));

        assertThat(described)
                .containsExactlyInAnyOrderElementsOf(Stream.of(OperatorConfig.class.getMethods())
                        .map(ReadmeTest::setting)
                        .toList());
    }

    @Test
    void itDescribesEveryAnnotation() throws IOException {
        assertThat(String.join("\n", readme()))
                .contains("| `" + MaterializedViewRefresh.REFRESH_REQUESTED + "` |")
                .contains("| `" + MaterializedViewRefresh.ALLOW_OVERRIDE + "` |");
    }

    private static List<String> readme() throws IOException {
        return Files.readAllLines(Path.of("README.md"));
    }

    private static String paragraph(FailureClass failureClass) {
        return switch (failureClass) {
            case CANNOT_WORK -> "Stalled";
            case UNREACHABLE -> "Unreachable";
            case BUSY -> "Busy";
            case DATA, LIMITS -> "Data and limits";
            case INTERRUPTED -> "Interrupted";
        };
    }

    private static String setting(Method method) {
        String name = method.getName().replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
        WithDefault value = method.getAnnotation(WithDefault.class);
        return "`MATVIEW_" + name + "` | `" + (value == null ? "empty" : value.value()) + "`";
    }
}
