package dev.matview.operator.refresh;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What there is for a key.
 *
 * @param <K> whom runs are for
 */
public sealed interface RunState<K> {
    RunRequest<K> request();

    /** Under way since its turn came; null while it waits for that. */
    record UnderWay<K>(RunRequest<K> request, @Nullable Instant startTime) implements RunState<K> {}

    /** Not recorded yet. */
    record Ended<K>(RunRequest<K> request, Outcome outcome) implements RunState<K> {}
}
