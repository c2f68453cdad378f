package dev.matview.operator.postgres.replacement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Readers notice nothing. The system property {@code replacement.refreshes} makes it long. */
@DatabaseTest
class ReadersTest {
    private static final RefreshBounds BOUNDS = new RefreshBounds(Duration.ofMillis(500), Duration.ofMinutes(2));

    /** Of calls that began before a swap and read the view only after it: once for each swap at most. */
    static final List<String> UNAVOIDABLE = List.of(
            "PL/pgSQL row types: XX000 ERROR: cache lookup failed for type", Readers.DEFINITIONS + ": XX000 ERROR: ");

    @ParameterizedTest
    @EnumSource(names = {"BLUE_GREEN", "SWAP"})
    void noReaderOfAnyKindGetsAnErrorOrNothing(RefreshMode mode, TestDatabase database) throws Exception {
        int refreshes = Integer.getInteger("replacement.refreshes", 3);
        RichView.create(database);
        var refreshing = new Refreshing(database);
        var readers = new Readers(database);
        try (readers) {
            readers.start();
            if (mode == RefreshMode.BLUE_GREEN && SchemaDump.canRead(database)) {
                readers.startDumping();
            }
            refreshing.run(RichView.NAME, mode, BOUNDS);
            Map<String, Duration> first = readers.worst();
            readers.forgetWorst();
            long start = System.nanoTime();
            for (int i = 1; i < refreshes; i++) {
                refreshing.run(RichView.NAME, mode, BOUNDS);
            }
            System.out.printf(
                    "PostgreSQL %d, %s: %d refreshes in %d ms, %d reads; worst of them in ms %s, at the first %s%n",
                    database.server().version(),
                    mode,
                    refreshes - 1,
                    Duration.ofNanos(System.nanoTime() - start).toMillis(),
                    readers.reads(),
                    millis(readers.worst()),
                    millis(first));
        }
        List<String> unavoidable = readers.complaints().stream()
                .filter(complaint ->
                        mode == RefreshMode.SWAP && UNAVOIDABLE.stream().anyMatch(complaint::startsWith))
                .toList();
        assertThat(unavoidable).hasSizeLessThanOrEqualTo(UNAVOIDABLE.size() * refreshes);
        assertThat(readers.complaints()).containsExactlyElementsOf(unavoidable);
        Map<String, Duration> worst = readers.worst();
        Duration bound = worst.getOrDefault(Readers.UNRELATED, Duration.ZERO).plusSeconds(5);
        assertThat(worst.values()).allSatisfy(time -> assertThat(time).isLessThan(bound));
    }

    private static Map<String, Long> millis(Map<String, Duration> times) {
        return times.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, time -> time.getValue().toMillis(), (a, b) -> a, TreeMap::new));
    }
}
