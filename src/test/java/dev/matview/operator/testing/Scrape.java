package dev.matview.operator.testing;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What an operator tells Prometheus, in the text format.
 *
 * @param text as it was sent
 */
public record Scrape(String text) {
    private static final Pattern SAMPLE = Pattern.compile("(?m)^(matview_[a-z_]+(?:\\{.*})?) (\\S+)$");
    private static final Pattern FAMILY = Pattern.compile("(?m)^# TYPE (matview_[a-z_]+) (\\w+)$");

    /** Asks an operator that listens at that address. */
    public static Scrape of(String address) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(address + "/q/metrics"))
                    .header("Accept", "text/plain")
                    .build();
            return new Scrape(client.send(request, BodyHandlers.ofString()).body());
        }
    }

    /** The operator's own series with their values; a label's value is as in the text. */
    public Map<String, Double> series() {
        return SAMPLE.matcher(text)
                .results()
                .collect(Collectors.toMap(
                        sample -> sample.group(1),
                        sample -> Double.valueOf(sample.group(2)),
                        (one, other) -> {
                            throw new IllegalStateException("a series is there twice");
                        },
                        TreeMap::new));
    }

    /** Those of one resource, by the name of the metric and what labels it has besides namespace and name. */
    public Map<String, Double> series(String namespace, String name) {
        String labels = "{namespace=\"" + namespace + "\",name=\"" + name + "\",";
        var found = new TreeMap<String, Double>();
        series().forEach((series, value) -> {
            int at = series.indexOf(labels);
            if (at >= 0) {
                String others = series.substring(at + labels.length(), series.length() - 1);
                found.put(series.substring(0, at) + (others.isEmpty() ? "" : "{" + others + "}"), value);
            }
        });
        return found;
    }

    /** The names and types of the operator's own metrics. */
    public Set<String> families() {
        return FAMILY.matcher(text)
                .results()
                .map(family -> family.group(1) + " " + family.group(2))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
