package dev.matview.operator.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.operator.api.Reason;
import dev.matview.operator.net.Deadline;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

@DatabaseTest
class BoundedTransactionTest {
    private static final Duration BOUND = Duration.ofSeconds(2);
    private static final ViewIdentity IDENTITY = new ViewIdentity("server", "database", new ViewName("public", "v"));

    private final TestDatabase database;

    BoundedTransactionTest(TestDatabase database) {
        this.database = database;
    }

    @Test
    void statementsOfOneRoundTripHaveTheBoundEach() throws Exception {
        try (Connection connection = database.connect()) {
            Refreshing.scalar(connection, "SELECT set_config('statement_timeout', '1s', false)");
            BoundedTransaction transaction = begin(connection, "SELECT pg_sleep(1.2)", "SELECT pg_sleep(1.2)");
            transaction.execute(List.of("SELECT pg_sleep(1.2)", "SELECT pg_sleep(1.2)"));
            transaction.commit();
            assertThat(transaction.executed()).hasSize(4);
            assertThatThrownBy(() -> begin(connection, "SELECT pg_sleep(0)", "SELECT pg_sleep(30)"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57014"));
        }
    }

    @Test
    void nothingRunsWhenSomebodyElseHasTheAdvisoryLock() throws Exception {
        try (Connection first = database.connect();
                Connection second = database.connect()) {
            BoundedTransaction holder = begin(first, "SELECT 1");
            for (String[] statements : new String[][] {{}, {"SELECT pg_sleep(30)"}}) {
                Failure failure = Failures.of(() -> begin(second, statements));
                assertThat(failure.reason()).isEqualTo(Reason.REFRESH_IN_PROGRESS);
                second.rollback();
            }
            holder.commit();
            begin(second, "SELECT 1").commit();
        }
    }

    @Test
    void aStatementsOwnInvalidValueIsNotTakenForTheLock() throws Exception {
        try (Connection connection = database.connect()) {
            assertThatThrownBy(() -> begin(connection, "SELECT set_config('lock_timeout', 'another refresh', true)"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("22023"));
        }
    }

    @Test
    void itsLevelIsItsOwnWhateverTheSessionsIs() throws Exception {
        try (Connection connection = database.connect()) {
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            BoundedTransaction transaction = begin(connection);
            assertThat(Refreshing.scalar(connection, "SHOW transaction_isolation"))
                    .isEqualTo("read committed");
            transaction.commit();
            assertThat(Refreshing.scalar(connection, "SHOW transaction_isolation"))
                    .isEqualTo("serializable");
        }
    }

    private static BoundedTransaction begin(Connection connection, String... statements)
            throws SQLException, FailureException {
        Deadline end = Deadline.in(BOUND);
        return statements.length == 0
                ? BoundedTransaction.begin(connection, IDENTITY, end, new Cancellation())
                : BoundedTransaction.begin(connection, IDENTITY, end, new Cancellation(), List.of(statements));
    }
}
