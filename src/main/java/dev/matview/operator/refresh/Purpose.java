package dev.matview.operator.refresh;

import dev.matview.operator.api.RefreshMode;
import org.jspecify.annotations.Nullable;

/**
 * What a run is for, wherever it takes place.
 *
 * @param generation of the resource that it was made from
 * @param mode as the resource asks for
 * @param job the name of the Job in whose pod it runs, or null when it runs in this process
 */
public record Purpose(
        long generation,
        Trigger trigger,
        RefreshMode mode,
        @Nullable String job) {

    /** Whether the view is left alone. */
    public boolean isCheck() {
        return trigger instanceof Trigger.Check;
    }
}
