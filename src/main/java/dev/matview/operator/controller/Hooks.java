package dev.matview.operator.controller;

import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.hook.Deliveries;
import dev.matview.operator.hook.Dialer;
import dev.matview.operator.net.AllowedHosts;
import dev.matview.operator.net.Deadline;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Calls the hooks of runs once these are recorded, in the background, and keeps what did not work until the status has it.
 * Each run is told of at least once: whoever sees a resource for the first time tells of its last run again, if that has
 * just ended.
 */
final class Hooks {
    private static final int AT_ONCE = 16;

    /** One delivery, all tries included. */
    private static final Duration BOUND = Duration.ofSeconds(30);

    /** At the operator's end. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(4);

    private final KubernetesClient client;
    private final Clock clock;
    private final Dialer dialer;
    private final Traces traces;
    private final Consumer<ResourceKey> onNews;
    private final Deliveries<ResourceKey> deliveries = new Deliveries<>(AT_ONCE, BOUND);
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final Map<ResourceKey, HookReport> reports = new ConcurrentHashMap<>();

    /** @param onNews called on any thread when there is something to report about a resource */
    Hooks(KubernetesClient client, OperatorConfig config, Clock clock, Traces traces, Consumer<ResourceKey> onNews) {
        this.client = client;
        this.clock = clock;
        this.traces = traces;
        this.onNews = onNews;
        var allowed = new AllowedHosts(config.allowedHookHosts().orElse(List.of()));
        this.dialer = new Dialer(allowed, config.allowLoopback());
    }

    /** The status with what did not work. */
    MaterializedViewRefreshStatus reported(ResourceKey key, MaterializedViewRefreshStatus status) {
        HookReport report = reports.get(key);
        return report == null ? status : report.in(status);
    }

    /** The status is written now: what has ended between the two is told of. */
    void recorded(
            MaterializedViewRefresh resource,
            MaterializedViewRefreshStatus before,
            MaterializedViewRefreshStatus after) {
        ResourceKey key = ResourceKey.of(resource);
        reports.computeIfPresent(key, (_, report) -> report.in(after).equals(after) ? null : report);
        RefreshRecord run = HookOccasion.between(before, after);
        if (run != null) {
            traces.recorded(resource, run);
        }
        if (seen.add(key.uid()) && run == null) {
            run = HookOccasion.recent(after, clock.instant());
        }
        HookCalls calls = run == null || resource.getSpec() == null ? null : HookCalls.of(resource, run);
        if (calls != null) {
            deliveries.deliver(key, end -> make(key, calls, end));
        }
    }

    private void make(ResourceKey key, HookCalls calls, Deadline end) throws InterruptedException {
        var targets = new HookTargets(client, key.id().getNamespace().orElseThrow());
        Instant start = clock.instant();
        List<String> failures = calls.make(targets, dialer, clock, end);
        traces.hooks(key, calls.run(), start, clock.instant(), failures.isEmpty());
        if (!failures.isEmpty() && seen.contains(key.uid())) {
            reports.put(key, HookReport.of(calls.run(), failures));
            onNews.accept(key);
        }
    }

    /** The resource is gone. */
    void forget(ResourceKey key) {
        deliveries.forget(key);
        traces.forget(key);
        reports.remove(key);
        seen.remove(key.uid());
    }

    /** Gives what is under way some seconds. */
    void stop() {
        deliveries.stop(LAST_WORDS);
    }
}
