package dev.matview.operator.controller;

import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The samples of one scrape, gathered in any order and given out family by family, as the exposition format wants it. */
final class Families {
    private final Map<Metric, List<Sample>> samples = new EnumMap<>(Metric.class);

    void add(Metric metric, List<String> labelValues, double value) {
        samples.computeIfAbsent(metric, m -> new ArrayList<>())
                .add(new Sample(metric.metricName(), metric.labels(), labelValues, value));
    }

    /** A value that is not known makes no series. */
    void add(Metric metric, List<String> labelValues, @Nullable Number value) {
        if (value != null) {
            add(metric, labelValues, value.doubleValue());
        }
    }

    void add(Metric metric, List<String> labelValues, boolean value) {
        add(metric, labelValues, value ? 1.0 : 0.0);
    }

    List<MetricFamilySamples> list() {
        return samples.entrySet().stream()
                .map(entry -> family(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** All families, without samples. */
    static List<MetricFamilySamples> names() {
        return Arrays.stream(Metric.values())
                .map(metric -> family(metric, List.of()))
                .toList();
    }

    private static MetricFamilySamples family(Metric metric, List<Sample> samples) {
        return new MetricFamilySamples(metric.metricName(), metric.type(), metric.help(), samples);
    }
}
