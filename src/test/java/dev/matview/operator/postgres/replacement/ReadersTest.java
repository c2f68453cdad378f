package dev.matview.operator.postgres.replacement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Readers notice nothing. The system property {@code replacement.refreshes} makes it long. */
@DatabaseTest
class ReadersTest {
    private static final Logger LOG = Logger.getLogger(ReadersTest.class);
    private static final RefreshBounds BOUNDS = new RefreshBounds(Duration.ofMillis(500), Duration.ofMinutes(2));

    @ParameterizedTest
    @EnumSource(names = {"BLUE_GREEN", "SWAP"})
    void noReaderOfAnyKindGetsAnErrorOrNothing(RefreshMode mode, TestDatabase database) throws Exception {
        int refreshes = Integer.getInteger("replacement.refreshes", 4);
        RichView.create(database);
        var refreshing = new Refreshing(database);
        long start = System.nanoTime();
        long adopted;
        try (var readers = new Readers(database).start()) {
            refreshing.run(RichView.NAME, mode, BOUNDS);
            adopted = readers.worst().values().stream()
                    .mapToLong(Duration::toMillis)
                    .max()
                    .orElse(0);
            for (int i = 1; i < refreshes; i++) {
                refreshing.run(RichView.NAME, mode, BOUNDS);
            }
            LOG.infof(
                    "PostgreSQL %d, %s: %d refreshes in %d ms, %d reads, worst in ms with adoption %d; %s",
                    database.server().version(),
                    mode,
                    refreshes,
                    (System.nanoTime() - start) / 1_000_000,
                    readers.reads(),
                    adopted,
                    readers.worst());
            // A call that began before a swap and reads the view only after it: once for each swap at most.
            var unavoidable = readers.complaints().stream()
                    .filter(complaint -> mode == RefreshMode.SWAP
                            && complaint.startsWith("PL/pgSQL row types: XX000 ERROR: cache lookup failed for type"))
                    .toList();
            assertThat(unavoidable).hasSizeLessThanOrEqualTo(refreshes);
            assertThat(readers.complaints().stream().filter(complaint -> !unavoidable.contains(complaint)))
                    .isEmpty();
            assertThat(readers.worst().values())
                    .allSatisfy(worst -> assertThat(worst).isLessThan(Duration.ofSeconds(5)));
        }
    }
}
