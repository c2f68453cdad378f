package dev.matview.operator.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
            BoundedTransaction transaction = begin(connection);
            transaction.execute(List.of("SELECT pg_sleep(1.2)", "SELECT pg_sleep(1.2)"));
            transaction.commit();
            assertThatThrownBy(() -> begin(connection).execute(List.of("SELECT pg_sleep(0)", "SELECT pg_sleep(30)")))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57014"));
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

    private static BoundedTransaction begin(Connection connection) throws SQLException, FailureException {
        return BoundedTransaction.begin(connection, IDENTITY, Deadline.in(BOUND), new Cancellation());
    }
}
