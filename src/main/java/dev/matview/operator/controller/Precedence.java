package dev.matview.operator.controller;

import dev.matview.operator.api.Durations;
import dev.matview.operator.api.UpstreamPolicy;
import dev.matview.operator.api.UpstreamStatus;
import dev.matview.operator.api.ViewStatus;
import dev.matview.operator.api.ViewWarning;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.refresh.Order;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What comes before a resource's runs, for one look at it: the runs of the views that its view reads. */
final class Precedence {
    /** A run that waits up to its deadline has to start before that. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private static final Duration WORTH_SAYING = Duration.ofSeconds(1);

    private final Order<ResourceKey> order;
    private final ResourceKey key;
    private final Plan plan;
    private final @Nullable Instant heldSince;
    private final @Nullable Departure departure;
    private final Instant now;

    /**
     * What is known about a resource's place.
     *
     * @param heldSince since when a run of it has waited for others, or null
     * @param departure how those stood when the run began that is under way or has ended, or null
     */
    Precedence(
            Order<ResourceKey> order,
            ResourceKey key,
            Plan plan,
            @Nullable Instant heldSince,
            @Nullable Departure departure,
            Instant now) {
        this.order = order;
        this.key = key;
        this.plan = plan;
        this.heldSince = heldSince;
        this.departure = departure;
        this.now = now;
    }

    /** The views that a view reads, by identity, as its status has them. */
    static List<Order.Read> reads(Plan plan, ViewStatus view) {
        String identity = view.identity();
        String own =
                new ViewName(plan.spec().view().schema(), plan.spec().view().name()).quoted();
        if (identity == null || !identity.endsWith(own)) {
            return List.of();
        }
        String database = identity.substring(0, identity.length() - own.length());
        return view.upstreams().stream()
                .map(upstream -> new Order.Read(
                        database + new ViewName(upstream.schema(), upstream.name()).quoted(), upstream.refreshTime()))
                .toList();
    }

    /** Whether the operator itself starts the run for a scheduled time, as only it knows what comes before. */
    boolean takesOver(@Nullable ViewStatus view) {
        return plan.spec().upstreams() != UpstreamPolicy.IGNORE && hasManagedUpstreams(view);
    }

    /** Whether there are others whose state is told with its runs. */
    boolean hasManagedUpstreams(@Nullable ViewStatus view) {
        return upstreams(view).stream().anyMatch(known -> known.now().manager() != null);
    }

    /** What a run's outcome says, and what there is to say about the views before it. */
    Outcome remarked(Outcome outcome) {
        return departure == null ? outcome : departure.remarked(outcome);
    }

    /**
     * The view with who manages those that it reads.
     *
     * @param settled whether a run has ended that needs no other one
     */
    @Nullable
    ViewStatus shown(@Nullable ViewStatus view, boolean settled) {
        List<Known> upstreams = upstreams(view);
        if (view == null || upstreams.size() != view.upstreams().size()) {
            return view;
        }
        var shown = new ArrayList<UpstreamStatus>();
        for (Known known : upstreams) {
            Instant seen = known.shown().refreshTime();
            if (settled && departure != null) {
                seen = departure.refreshTimes().getOrDefault(known.now().view(), seen);
            }
            boolean managed = known.now().manager() != null;
            UpstreamStatus named = known.shown();
            shown.add(new UpstreamStatus(named.schema(), named.name(), managed, inThisNamespace(known.now()), seen));
        }
        return warned(view, upstreams).reading(shown);
    }

    private static ViewStatus warned(ViewStatus view, List<Known> upstreams) {
        List<String> circular = upstreams.stream()
                .filter(known -> known.now().circular())
                .map(Known::name)
                .toList();
        Stream<ViewWarning> others =
                view.warnings().stream().filter(warning -> !warning.reason().equals(ViewWarning.CIRCULAR_UPSTREAMS));
        Stream<ViewWarning> own = circular.isEmpty()
                ? Stream.empty()
                : Stream.of(new ViewWarning(
                        ViewWarning.CIRCULAR_UPSTREAMS,
                        "it reads views that read it in turn, so that neither waits for the other nor follows it ("
                                + String.join(", ", circular) + "): change the plain view that closes the circle"));
        return view.with(Stream.concat(others, own).toList());
    }

    /** Who may see this namespace need not know what is in another. */
    private @Nullable String inThisNamespace(Order.Upstream<ResourceKey> upstream) {
        ResourceKey manager = upstream.manager();
        return manager != null
                        && Objects.equals(manager.id().getNamespace(), key.id().getNamespace())
                ? manager.id().getName()
                : null;
    }

    /**
     * What is next, in its order.
     *
     * @param step what is next for the resource by itself
     * @param free whether a run may be started for it now
     */
    NextStep ordered(NextStep step, boolean free, @Nullable ViewStatus view) {
        UpstreamPolicy policy = plan.spec().upstreams();
        if (policy == UpstreamPolicy.IGNORE || view == null) {
            return step;
        }
        boolean followed = policy == UpstreamPolicy.FOLLOW && free && step instanceof NextStep.Wait && isBehind(view);
        NextStep next = followed ? new NextStep.Start(new Trigger.Upstream()) : step;
        if (!(next instanceof NextStep.Start(Trigger trigger)) || trigger instanceof Trigger.Check) {
            return next;
        }
        Instant limit = limit(trigger);
        boolean waits = now.isBefore(limit)
                && upstreams(view).stream().anyMatch(known -> known.now().pending());
        return waits ? new NextStep.Held(limit) : next;
    }

    /** Whether one of those that it reads was refreshed since its last run. */
    private boolean isBehind(ViewStatus view) {
        return upstreams(view).stream()
                .anyMatch(known -> !known.now().circular()
                        && known.now().refreshTime() != null
                        && !known.now().refreshTime().equals(known.shown().refreshTime()));
    }

    /** Up to when the run waits for others. */
    private Instant limit(Trigger trigger) {
        Duration longest = plan.view().bounds().refresh();
        Duration deadline = plan.deadline();
        if (deadline != null && trigger instanceof Trigger.Schedule(Instant scheduledTime)) {
            Duration margin = Collections.min(List.of(MARGIN, deadline.dividedBy(4)));
            return scheduledTime.plus(deadline).minus(margin);
        }
        return (heldSince == null ? now : heldSince).plus(longest);
    }

    /** How those before it stand, when a run begins now. */
    Departure departure(@Nullable ViewStatus view) {
        var refreshTimes = new HashMap<String, Instant>();
        var remarks = new ArrayList<String>();
        for (Known known : upstreams(view)) {
            Order.Upstream<ResourceKey> upstream = known.now();
            if (upstream.refreshTime() != null) {
                refreshTimes.put(upstream.view(), upstream.refreshTime());
            }
            if (upstream.remark() != null) {
                remarks.add("upstream " + known.name() + " " + upstream.remark());
            }
        }
        Duration waited = heldSince == null ? Duration.ZERO : Duration.between(heldSince, now);
        if (waited.compareTo(WORTH_SAYING) >= 0) {
            remarks.add("waited " + Durations.format(waited) + " for upstreams");
        }
        return new Departure(refreshTimes, remarks);
    }

    private List<Known> upstreams(@Nullable ViewStatus view) {
        if (view == null || view.identity() == null) {
            return List.of();
        }
        List<String> names = reads(plan, view).stream().map(Order.Read::view).toList();
        List<Order.Upstream<ResourceKey>> upstreams = order.upstreams(view.identity(), names, now);
        return IntStream.range(0, upstreams.size())
                .mapToObj(i -> new Known(view.upstreams().get(i), upstreams.get(i)))
                .toList();
    }

    /**
     * An upstream.
     *
     * @param shown in the status so far
     * @param now as it stands
     */
    private record Known(UpstreamStatus shown, Order.Upstream<ResourceKey> now) {
        String name() {
            return new ViewName(shown.schema(), shown.name()).toString();
        }
    }
}
