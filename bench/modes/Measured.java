import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What was measured of one mode and one amount of change, over all rounds. */
final class Measured {
    static final String HEAD = """
            | mode | changed | time | read of the view: p99, worst | of a view on it | in open transactions | WAL | extra disk |
            |---|---|---|---|---|---|---|---|""";

    private final List<Double> seconds = new ArrayList<>();
    private final List<Double> wal = new ArrayList<>();
    private final Map<Readers.Kind, double[]> millis = new EnumMap<>(Readers.Kind.class);
    private double disk;

    void add(double took, double walBytes, double diskBytes, Map<Readers.Kind, double[]> reads) {
        seconds.add(took);
        wal.add(walBytes);
        disk = Math.max(disk, diskBytes);
        add(reads);
    }

    /** Reads while nobody refreshes. */
    void add(Map<Readers.Kind, double[]> reads) {
        reads.forEach((kind, more) -> millis.merge(kind, more, (a, b) -> Stream.of(a, b)
                .flatMapToDouble(Arrays::stream)
                .sorted()
                .toArray()));
    }

    double seconds() {
        return median(seconds);
    }

    String row(String mode, String changed) {
        String reads = Arrays.stream(Readers.Kind.values())
                .map(kind -> latency(millis.getOrDefault(kind, new double[0])))
                .collect(Collectors.joining(" | "));
        if (seconds.isEmpty()) {
            return "| | " + changed + " | | " + reads + " | | |";
        }
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s | %.0f MB | %.0f MB |",
                mode,
                changed,
                span(),
                reads,
                median(wal) / 1e6,
                disk / 1e6);
    }

    /** The median, and what lies around it. */
    private String span() {
        return seconds.size() == 1
                ? String.format(Locale.ROOT, "%.2f s", seconds.getFirst())
                : String.format(
                        Locale.ROOT,
                        "**%.2f s** (%.2f to %.2f)",
                        seconds(),
                        seconds.stream().min(Double::compare).orElseThrow(),
                        seconds.stream().max(Double::compare).orElseThrow());
    }

    private static String latency(double[] sorted) {
        if (sorted.length == 0) {
            return "";
        }
        double p99 = sorted[(int) Math.ceil(sorted.length * 0.99) - 1];
        return String.format(Locale.ROOT, "%.0f ms, %.0f ms", p99, sorted[sorted.length - 1]);
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
