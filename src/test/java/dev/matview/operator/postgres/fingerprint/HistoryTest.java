package dev.matview.operator.postgres.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.PostgresServer;
import dev.matview.operator.testing.PostgresVersions;
import org.junit.jupiter.api.Test;

/**
 * The same history in every run. {@code -Dskip.history.rounds=50} makes it long, {@code -Dskip.history.seed=...} begins
 * elsewhere, or repeats one.
 */
@DatabaseTest
class HistoryTest {
    private static final int STEPS = 25;

    @Test
    void whatIsSaidToBeUnchangedIsWhatARefreshWouldMake(PostgresServer shared) throws Exception {
        int rounds = Integer.getInteger("skip.history.rounds", 1);
        long seed = Long.getLong("skip.history.seed", 1);
        PostgresServer server = PostgresServer.start(shared.version(), "max_prepared_transactions=50", "ssl=off");
        int unchanged;
        try (var history = new History(server, server.createDatabase(), seed, rounds > 1)) {
            history.commitPrepared();
            for (int round = 0; round < rounds; round++) {
                history.rest();
                history.go(STEPS);
                history.crash();
                history.go(STEPS);
                if (rounds > 1 || shared.version() == PostgresVersions.majors().getLast()) {
                    history.promote();
                    history.go(STEPS);
                }
            }
            unchanged = history.unchanged();
        }
        if (rounds > 1) {
            System.out.printf("PostgreSQL %d: unchanged %d times, seed %d%n", shared.version(), unchanged, seed);
        }
        assertThat(unchanged).as("the history must show something").isPositive();
    }
}
