package dev.matview.operator.refresh;

import dev.matview.operator.postgres.DeclaredView;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.ViewIdentity;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is to be run.
 *
 * @param key whom the run is for; one run for each at a time
 * @param generation of the resource that this was made from
 * @param latestStart when its turn comes later than that it is not run at all; null for any time
 * @param credentials called on the run's own thread or the one that prepares it, where it may wait
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
        DeclaredView view,
        Function<ViewIdentity, @Nullable Failure> admission,
        @Nullable SkipPolicy skip) {

    /** What it is for. */
    public Purpose purpose() {
        return new Purpose(generation, trigger, view.mode(), null);
    }

    /** The same with other credentials. */
    RunRequest<K> by(Credentials.Source source) {
        return new RunRequest<>(key, generation, trigger, latestStart, source, view, admission, skip);
    }

    /** Whether the view is left alone. */
    public boolean isCheck() {
        return trigger instanceof Trigger.Check;
    }
}
