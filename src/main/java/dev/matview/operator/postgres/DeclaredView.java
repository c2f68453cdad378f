package dev.matview.operator.postgres;

import dev.matview.operator.api.Durations;
import dev.matview.operator.api.MaterializedViewRefreshSpec;
import dev.matview.operator.api.RefreshMode;
import org.jspecify.annotations.Nullable;

/**
 * What a resource declares about its view: all that a run needs to know, wherever it takes place.
 *
 * @param adopt whether mode BlueGreen may turn a materialized view into a facade
 * @param settings that the view's query runs under
 * @param maintenance what follows a refresh
 * @param upkeep what is done about a view that is not as it should be
 * @param notification that tells how a run ended, or null for none
 */
public record DeclaredView(
        ViewName name,
        RefreshMode mode,
        boolean adopt,
        RefreshBounds bounds,
        SessionSettings settings,
        RoutineMaintenance maintenance,
        Upkeep upkeep,
        @Nullable Notification notification) {

    /** A view that is refreshed in that mode, and nothing besides. */
    public DeclaredView(ViewName name, RefreshMode mode, RefreshBounds bounds) {
        this(name, mode, false, bounds, SessionSettings.NONE, RoutineMaintenance.NONE, Upkeep.NONE, null);
    }

    /** What that spec declares; a readable one. */
    public static DeclaredView of(MaterializedViewRefreshSpec spec) {
        return new DeclaredView(
                new ViewName(spec.view().schema(), spec.view().name()),
                spec.mode(),
                spec.blueGreen().adopt(),
                new RefreshBounds(
                        Durations.parse(spec.timeouts().lock()),
                        Durations.parse(spec.timeouts().refresh())),
                new SessionSettings(spec.settings()),
                new RoutineMaintenance(
                        spec.afterRefresh().analyze(), spec.afterRefresh().vacuum()),
                Upkeep.of(spec),
                Notification.of(spec.afterRefresh().notification()));
    }
}
