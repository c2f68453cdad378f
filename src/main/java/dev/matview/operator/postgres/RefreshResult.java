package dev.matview.operator.postgres;

import dev.matview.operator.api.RefreshMode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A refresh that was committed.
 *
 * @param rows the planner's estimate afterwards, or null when it has none
 * @param sizeBytes with indexes and TOAST, afterwards
 * @param attempts 1 when the view was free at once
 * @param lockWait time spent in attempts and pauses until the view was free
 * @param version the view as the refresh left it
 * @param transactionId of the refresh
 */
public record RefreshResult(
        RefreshMode mode,
        @Nullable Long rows,
        long sizeBytes,
        int attempts,
        Duration lockWait,
        ViewVersion version,
        long transactionId) {}
