package dev.matview.operator.controller;

import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.api.UpstreamPolicy;
import dev.matview.operator.api.ViewStatus;
import dev.matview.operator.refresh.Order;
import dev.matview.operator.refresh.Trigger;
import dev.matview.operator.schedule.Due;
import io.javaoperatorsdk.operator.processing.event.source.Cache;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Keeps the order of the managed views up to date with what happens to their resources. */
final class Ordering {
    private final Order<ResourceKey> order = new Order<>();
    private final Map<String, Instant> heldSince = new ConcurrentHashMap<>();
    private final Map<String, Departure> departures = new ConcurrentHashMap<>();
    private final AtomicBoolean learned = new AtomicBoolean();

    /** After a restart, what the statuses say is known before anything is decided. */
    void learn(Cache<MaterializedViewRefresh> resources, Instant now) {
        if (!learned.getAndSet(true)) {
            resources.list().forEach(resource -> learn(resource, now));
        }
    }

    void learn(MaterializedViewRefresh resource, Instant now) {
        MaterializedViewRefreshStatus status = resource.getStatus();
        if (status != null) {
            boolean running = Records.RUNNING.equals(status.lastRefreshStatus());
            put(resource, Plan.of(resource.getSpec()), status, running, now);
        }
    }

    /** What comes before a resource's runs. */
    Precedence precedence(ResourceKey key, Plan plan, Instant now) {
        return new Precedence(order, key, plan, heldSince.get(key.uid()), departures.get(key.uid()), now);
    }

    /**
     * A look at a resource has this result, which is recorded.
     *
     * @param underWay whether a run of it is
     * @param managed whether an older resource manages the view
     * @return whom that concerns
     */
    Set<ResourceKey> keep(MaterializedViewRefresh resource, Pass pass, boolean underWay, boolean managed, Instant now) {
        ResourceKey key = ResourceKey.of(resource);
        boolean starts = pass.next() instanceof NextStep.Start(Trigger trigger) && !(trigger instanceof Trigger.Check);
        boolean held = pass.next() instanceof NextStep.Held;
        if (starts) {
            departures.put(
                    key.uid(),
                    precedence(key, pass.plan(), now).departure(pass.status().view()));
        } else if (!underWay) {
            departures.remove(key.uid());
        }
        if (held) {
            heldSince.putIfAbsent(key.uid(), now);
        } else {
            heldSince.remove(key.uid());
        }
        return managed ? order.remove(key) : put(resource, pass.plan(), pass.status(), starts || held || underWay, now);
    }

    private Set<ResourceKey> put(
            MaterializedViewRefresh resource,
            Plan plan,
            MaterializedViewRefreshStatus status,
            boolean busy,
            Instant now) {
        ResourceKey key = ResourceKey.of(resource);
        ViewStatus view = status.view();
        Long generation = resource.getMetadata().getGeneration();
        // One that was edited meanwhile may be about another view by now.
        if (view == null || view.identity() == null || !generation.equals(status.observedGeneration())) {
            return order.remove(key);
        }
        var draft = new StatusDraft(status);
        boolean active = plan.failure() == null && !plan.spec().suspend() && !draft.isTrue(Conditions.STALLED);
        return order.put(
                key,
                new Order.Place(
                        view.identity(),
                        Precedence.reads(plan, view),
                        active,
                        plan.spec().upstreams() == UpstreamPolicy.FOLLOW,
                        busy,
                        due(plan, draft.anchor(), status.lastRefresh()),
                        refreshTime(status),
                        remark(status.lastRefresh())),
                now);
    }

    /** A time for which a run has failed is nothing that others wait for, though it may be tried again. */
    private static Order.DueTest due(Plan plan, @Nullable Instant anchor, @Nullable RefreshRecord last) {
        Instant tried = last == null || Records.RUNNING.equals(last.status()) ? null : last.scheduledTime();
        return now -> anchor != null
                && plan.schedule().due(anchor, now, plan.deadline()) instanceof Due.Now(Instant time, long _)
                && !time.equals(tried);
    }

    private static @Nullable Instant refreshTime(MaterializedViewRefreshStatus status) {
        return status.history().stream()
                .filter(run -> Records.SUCCEEDED.equals(run.status()))
                .map(RefreshRecord::completionTime)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable String remark(@Nullable RefreshRecord last) {
        if (last == null || last.reason() == null) {
            return null;
        }
        return switch (last.status()) {
            case Records.FAILED -> "failed (" + last.reason() + ")";
            case Records.SKIPPED -> "was skipped (" + last.reason() + ")";
            default -> null;
        };
    }

    /**
     * The resource is gone.
     *
     * @return whom that concerns
     */
    Set<ResourceKey> forget(ResourceKey key) {
        heldSince.remove(key.uid());
        departures.remove(key.uid());
        return order.remove(key);
    }
}
