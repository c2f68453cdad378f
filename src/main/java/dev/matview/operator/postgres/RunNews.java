package dev.matview.operator.postgres;

import dev.matview.operator.api.RefreshMode;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What those who listen are told of a run.
 *
 * @param trigger why it ran, as the status has it
 * @param mode that the view was refreshed in, or was to be
 * @param result of a refresh, or null when there was none
 * @param failure why there was none, or null
 */
public record RunNews(
        ViewName view,
        String trigger,
        RefreshMode mode,
        Instant startTime,
        Instant completionTime,
        @Nullable RefreshResult result,
        @Nullable Failure failure) {

    void bind(PreparedStatement statement, int first) throws SQLException {
        int index = first;
        statement.setString(index++, view.schema());
        statement.setString(index++, view.name());
        statement.setString(index++, failure == null ? "Succeeded" : "Failed");
        statement.setString(index++, trigger);
        statement.setString(index++, mode.value());
        statement.setString(index++, startTime.toString());
        statement.setString(index++, completionTime.toString());
        statement.setObject(index++, result == null ? null : result.rows(), Types.BIGINT);
        statement.setObject(index++, result == null ? null : result.sizeBytes(), Types.BIGINT);
        statement.setString(index++, failure == null ? null : failure.reason().value());
        statement.setString(index, failure == null ? null : failure.sqlState());
    }
}
