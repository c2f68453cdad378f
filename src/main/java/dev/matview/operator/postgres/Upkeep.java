package dev.matview.operator.postgres;

import dev.matview.operator.api.MaterializedViewRefreshSpec;
import dev.matview.operator.api.OnDrift;
import dev.matview.operator.api.OnMissing;
import org.jspecify.annotations.Nullable;

/**
 * What is done about a view that is not as it should be.
 *
 * @param onMissing when there is none
 * @param onDrift when it is another than the definition says
 * @param definition what it should be, or null when that is not said
 */
public record Upkeep(
        OnMissing onMissing, OnDrift onDrift, @Nullable Definition definition) {
    /** Nothing. */
    public static final Upkeep NONE = new Upkeep(OnMissing.FAIL, OnDrift.REPORT, null);

    /** As a resource declares it. */
    public static Upkeep of(MaterializedViewRefreshSpec spec) {
        String query = spec.view().definition();
        return new Upkeep(
                spec.onMissing(),
                spec.onDrift(),
                query == null ? null : new Definition(query, spec.view().indexes()));
    }

    /** What a view is made from that does not exist, or null when none is to be made. */
    public @Nullable Definition creates() {
        return onMissing == OnMissing.CREATE ? definition : null;
    }
}
