package dev.matview.operator.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.FailureClass;
import dev.matview.operator.api.Reason;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

class StatementFailuresTest {
    private static final ViewName VIEW = new ViewName("public", "sales");

    @ParameterizedTest
    @CsvSource(textBlock = """
            55P03, VIEW_BUSY,             BUSY
            40P01, VIEW_BUSY,             BUSY
            40001, VIEW_BUSY,             BUSY
            08000, UNREACHABLE,           UNREACHABLE
            08006, UNREACHABLE,           UNREACHABLE
            08P01, UNREACHABLE,           UNREACHABLE
            57P01, UNREACHABLE,           UNREACHABLE
            57P02, UNREACHABLE,           UNREACHABLE
            57P03, UNREACHABLE,           UNREACHABLE
            53300, TOO_MANY_CONNECTIONS,  UNREACHABLE
            25006, NOT_PRIMARY,           UNREACHABLE
            42501, PERMISSION_DENIED,     CANNOT_WORK
            0A000, NOT_SUPPORTED,         CANNOT_WORK
            55000, NOT_SUPPORTED,         CANNOT_WORK
            28000, AUTHENTICATION_FAILED, CANNOT_WORK
            28P01, AUTHENTICATION_FAILED, CANNOT_WORK
            42P01, DEFINITION_BROKEN,     CANNOT_WORK
            42883, DEFINITION_BROKEN,     CANNOT_WORK
            42703, DEFINITION_BROKEN,     CANNOT_WORK
            21000, DUPLICATE_ROWS,        DATA
            23505, DUPLICATE_ROWS,        DATA
            23514, DATA_ERROR,            DATA
            22012, DATA_ERROR,            DATA
            22003, DATA_ERROR,            DATA
            P0001, REFRESH_FAILED,        DATA
            XX000, REFRESH_FAILED,        DATA
            57014, REFRESH_TIMEOUT,       LIMITS
            53100, DISK_FULL,             LIMITS
            53200, OUT_OF_MEMORY,         LIMITS
            53400, LIMIT_EXCEEDED,        LIMITS
            """)
    void theStateDecidesWhatHappens(String state, Reason reason, FailureClass failureClass) {
        Failure failure = StatementFailures.of(new SQLException("row (4711, hidden) is wrong", state), VIEW);
        assertThat(failure.reason()).isEqualTo(reason);
        assertThat(failure.failureClass()).isEqualTo(failureClass);
        assertThat(failure.sqlState()).isEqualTo(state);
        assertThat(failure.message()).doesNotContain("4711", "hidden");
    }

    @Test
    void anErrorWithoutAStateIsALostConnection() {
        Failure failure =
                StatementFailures.of(new SQLException("Read timed out", null, new SocketTimeoutException()), VIEW);
        assertThat(failure.reason()).isEqualTo(Reason.UNREACHABLE);
        assertThat(failure.sqlState()).isNull();
    }

    @Test
    void aConstraintIsNamedAndTheRowIsNot() {
        var error = new PSQLException(new ServerErrorMessage(
                "SERROR\0C23505\0Mduplicate key\0DKey (id)=(4711) already exists.\0nsales_key\0\0"));
        Failure failure = StatementFailures.of(error, VIEW);
        assertThat(failure.reason()).isEqualTo(Reason.DUPLICATE_ROWS);
        assertThat(failure.message())
                .contains("\"sales_key\"", "\"public\".\"sales\"")
                .doesNotContain("4711");
    }

    @Test
    void aRowOfTheCatalogThatSomebodyElseHasJustChangedIsBusy() {
        var error = new PSQLException(
                new ServerErrorMessage("SERROR\0CXX000\0Mtuple concurrently updated\0Rsimple_heap_update\0\0"));
        Failure failure = StatementFailures.of(error, VIEW);
        assertThat(failure.reason()).isEqualTo(Reason.VIEW_BUSY);
        assertThat(failure.message()).contains("\"public\".\"sales\"").doesNotContain("tuple");
    }
}
