package dev.matview.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.prometheus.client.Collector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Alerts, their runbook and the dashboard, against the metrics that there are. */
class MonitoringFilesTest {
    private static final Path RULES = Path.of("deploy", "monitoring", "rules.yaml");
    private static final Path DASHBOARD = Path.of("deploy", "monitoring", "dashboard.json");
    private static final Pattern METRIC = Pattern.compile("\\bmatview_[a-z_]+");

    @Test
    void everyMetricThatAlertsAndDashboardAskForIsThere() throws IOException {
        var known =
                Stream.of(Metric.values()).flatMap(MonitoringFilesTest::names).collect(Collectors.toSet());
        assertThat(metrics(RULES)).isNotEmpty().isSubsetOf(known);
        assertThat(metrics(DASHBOARD)).isNotEmpty().isSubsetOf(known);
    }

    @Test
    void theDashboardShowsEveryMetric() throws IOException {
        var shown = metrics(DASHBOARD);
        assertThat(Stream.of(Metric.values())).allSatisfy(metric -> assertThat(shown)
                .containsAnyElementsOf(names(metric).toList()));
    }

    @Test
    void everyAlertSaysHowBadItIsWhatItIsAndWhereToReadOn() throws IOException {
        assertThat(alerts()).isNotEmpty().allSatisfy(alert -> {
            String name = alert.get("alert").asText();
            assertThat(alert.at("/labels/severity").asText()).isIn("warning", "critical");
            assertThat(alert.at("/annotations/summary").asText()).isNotBlank();
            assertThat(alert.at("/annotations/description").asText()).isNotBlank();
            assertThat(alert.at("/annotations/runbook_url").asText())
                    .isEqualTo("docs/runbook.md#" + name.toLowerCase(Locale.ROOT));
        });
    }

    @Test
    void theRunbookHasASectionForEachAlertAndForNothingElse() throws IOException {
        assertThat(found(Path.of("docs", "runbook.md"), "(?m)^## (\\w+)$")).isEqualTo(alertNames());
    }

    @Test
    void theListOfAlertsIsComplete() throws IOException {
        var listed = found(Path.of("docs", "metrics.md"), "(?m)^\\| `(Matview\\w+` \\| \\w+) \\|").stream()
                .map(row -> row.replace("` | ", " "))
                .toList();
        assertThat(listed)
                .isEqualTo(alerts().stream()
                        .map(alert -> alert.get("alert").asText() + " "
                                + alert.at("/labels/severity").asText())
                        .toList());
    }

    private static List<JsonNode> alerts() throws IOException {
        JsonNode rules = Serialization.unmarshal(Files.readString(RULES), JsonNode.class);
        var alerts = new ArrayList<JsonNode>();
        rules.at("/groups/0/rules").forEach(alerts::add);
        return alerts;
    }

    private static List<String> alertNames() throws IOException {
        return alerts().stream().map(alert -> alert.get("alert").asText()).toList();
    }

    private static Set<String> metrics(Path file) throws IOException {
        return METRIC.matcher(Files.readString(file))
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static List<String> found(Path file, String pattern) throws IOException {
        return Pattern.compile(pattern)
                .matcher(Files.readString(file))
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    /** As a query may name its series. */
    private static Stream<String> names(Metric metric) {
        return metric.type() == Collector.Type.HISTOGRAM
                ? Stream.of("_bucket", "_sum", "_count").map(metric.metricName()::concat)
                : Stream.of(metric.metricName());
    }
}
