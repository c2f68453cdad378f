package dev.matview.operator.controller;

import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.postgres.Connections;
import dev.matview.operator.postgres.PoolUse;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Runs;
import io.javaoperatorsdk.operator.processing.event.source.Cache;
import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Histogram;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What Prometheus is told when it asks. Of the resources it is what their statuses say, read at that moment: a series
 * comes and goes with its resource, and one who does not serve the resources has none of them.
 */
@Singleton
final class Exposition extends Collector implements Collector.Describable {
    private static final double[] BUCKETS = {
        .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600
    };

    private final Leadership leadership;
    private final Connections connections;
    private final Map<ResourceKey, Tally> tallies = new ConcurrentHashMap<>();
    private final LongAdder errors = new LongAdder();
    private final Histogram durations = Histogram.build(Metric.DURATION.metricName(), Metric.DURATION.help())
            .labelNames(Metric.DURATION.labels().toArray(String[]::new))
            .buckets(BUCKETS)
            .create();
    private volatile @Nullable Served served;

    Exposition(CollectorRegistry registry, Leadership leadership, Connections connections) {
        this.leadership = leadership;
        this.connections = connections;
        registry.register(this);
    }

    /** These are the resources that this process serves from now on, as long as it leads. */
    void serve(Cache<MaterializedViewRefresh> resources, Memory memory, Runs<ResourceKey> runs) {
        served = new Served(resources, memory, runs);
    }

    /** A status was written, with the end of that run, if there was one. */
    void wrote(
            ResourceKey key,
            MaterializedViewRefreshStatus before,
            MaterializedViewRefreshStatus after,
            @Nullable Progress progress) {
        Outcome outcome = progress instanceof Progress.Ended ended ? ended.outcome() : null;
        tallies.compute(key, (k, tally) -> (tally == null ? Tally.NOTHING : tally).and(before, after, outcome));
        if (outcome instanceof Outcome.Refreshed refreshed) {
            durations
                    .labels(refreshed.result().mode().value())
                    .observe(refreshed.duration().toNanos() / NANOSECONDS_PER_SECOND);
        }
    }

    /** A look at a resource ended early. */
    void failed() {
        errors.increment();
    }

    void forget(ResourceKey key) {
        tallies.remove(key);
    }

    @Override
    public List<MetricFamilySamples> collect() {
        var families = new Families();
        boolean leads = leadership.holds();
        Served now = served;
        if (leads && now != null) {
            now.resources().list().forEach(resource -> {
                ResourceSeries.add(resource, now.memory().status(resource), families);
                tallies.getOrDefault(ResourceKey.of(resource), Tally.NOTHING)
                        .add(ResourceSeries.labels(resource), families);
            });
            now.runs().load().forEach((database, load) -> {
                families.add(Metric.RUNS_QUEUED, List.of(database), (double) load.queued());
                families.add(Metric.RUNS_RUNNING, List.of(database), (double) load.running());
            });
        }
        for (PoolUse pool : connections.use()) {
            List<String> labels = List.of(pool.database());
            families.add(Metric.CONNECTIONS_ACTIVE, labels, (double) pool.active());
            families.add(Metric.CONNECTIONS_IDLE, labels, (double) pool.idle());
            families.add(Metric.CONNECTIONS_PENDING, labels, (double) pool.pending());
        }
        families.add(Metric.RECONCILE_ERRORS, List.of(), (double) errors.sum());
        families.add(Metric.LEADER, List.of(), leads && now != null);
        return Stream.concat(
                        families.list().stream(), durations.collect().stream().map(Exposition::withoutCreation))
                .toList();
    }

    /** When a histogram was made is a metric of its own in the text format, and of no use. */
    private static MetricFamilySamples withoutCreation(MetricFamilySamples family) {
        var samples = family.samples.stream()
                .filter(sample -> !sample.name.endsWith("_created"))
                .toList();
        return new MetricFamilySamples(family.name, family.type, family.help, samples);
    }

    @Override
    public List<MetricFamilySamples> describe() {
        return Families.names();
    }

    private record Served(Cache<MaterializedViewRefresh> resources, Memory memory, Runs<ResourceKey> runs) {}
}
