package dev.matview.operator.refresh;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.ViewIdentity;
import dev.matview.operator.postgres.ViewName;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is to be run.
 *
 * @param key whom the run is for; one run for each at a time
 * @param generation of the resource that this was made from
 * @param latestStart when its turn comes later than that it is not run at all; null for any time
 * @param adopt whether mode BlueGreen may turn a materialized view into a facade
 * @param credentials called on the run's own thread, where it may wait
 * @param admission says, once it is known which view this is, why it must be left alone, or null; called on the run's
 *     thread
 * @param skip what it takes to skip a run on schedule, or null when it is always to be refreshed
 */
public record RunRequest<K>(
        K key,
        long generation,
        Trigger trigger,
        @Nullable Instant latestStart,
        Credentials.Source credentials,
        ViewName view,
        RefreshMode mode,
        boolean adopt,
        RefreshBounds bounds,
        Function<ViewIdentity, @Nullable Failure> admission,
        @Nullable SkipPolicy skip) {

    /** What it is for. */
    public Purpose purpose() {
        return new Purpose(generation, trigger, mode, null);
    }

    /** Whether the view is left alone. */
    public boolean isCheck() {
        return trigger instanceof Trigger.Check;
    }
}
