package dev.matview.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.client.Collector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MetricsDocTest {
    @Test
    void theTableHasEveryMetricAsItIsAndNoOther() throws IOException {
        var rows = Files.readAllLines(Path.of("docs", "metrics.md")).stream()
                .filter(line -> line.startsWith("| `matview_"))
                .toList();
        assertThat(rows)
                .containsExactlyElementsOf(
                        Stream.of(Metric.values()).map(MetricsDocTest::row).toList());
    }

    private static String row(Metric metric) {
        String labels = metric.labels().stream().map(label -> "`" + label + "`").collect(Collectors.joining(", "));
        return "| `%s` | %s | %s | %s |"
                .formatted(metric.metricName(), metric.type().name().toLowerCase(Locale.ROOT), labels, metric.help());
    }

    @ParameterizedTest
    @EnumSource
    void namesFollowTheConventions(Metric metric) {
        assertThat(metric.metricName()).matches("matview(_[a-z]+)+");
        assertThat(metric.metricName().endsWith("_total")).isEqualTo(metric.type() == Collector.Type.COUNTER);
        assertThat(metric.help()).endsWith(".").doesNotContain("|");
    }
}
