package dev.matview.operator.controller;

import dev.matview.operator.cronjob.PodTemplate;
import dev.matview.operator.net.AllowedHosts;
import dev.matview.operator.postgres.ConnectionPolicy;
import dev.matview.operator.postgres.Connections;
import dev.matview.operator.refresh.Slots;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.InformerStoppedHandler;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.monitoring.micrometer.MicrometerMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.prometheus.client.CollectorRegistry;
import io.quarkus.arc.Unremovable;
import io.quarkus.runtime.Quarkus;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import org.jboss.logging.Logger;

/** Makes the parts that know nothing of each other's making. */
final class Wiring {
    private static final Logger LOG = Logger.getLogger(Wiring.class);

    @Produces
    @Singleton
    Clock clock() {
        return Clock.tickMillis(ZoneOffset.UTC);
    }

    @Produces
    @Singleton
    Connections connections(OperatorConfig config) {
        // Fewer would be another limit on refreshes of one database than the one that is set.
        return new Connections(policy(config), config.poolIdle(), Math.max(2, config.refreshesPerDatabase()));
    }

    private static ConnectionPolicy policy(OperatorConfig config) {
        var allowed = new AllowedHosts(config.allowedDatabaseHosts().orElse(List.of()));
        return new ConnectionPolicy(config.requireAuth(), allowed, config.allowLoopback(), config.connectTimeout());
    }

    void close(@Disposes Connections connections) {
        connections.close();
    }

    @Produces
    @Singleton
    Leadership leadership(OperatorConfig config) {
        return config.leaderElection() ? Leadership.elected() : Leadership.ofTheOnlyOne();
    }

    @Produces
    @Singleton
    CronJobs cronJobs(OperatorConfig config, KubernetesClient client, Clock clock) {
        var template = config.cronjobsPodTemplate().map(Path::of).map(PodTemplate::read);
        return new CronJobs(new CronJobWriter(client), clock, policy(config), template.orElse(null));
    }

    @Produces
    @Singleton
    Slots slots(OperatorConfig config) {
        return new Slots(config.refreshesPerDatabase(), config.refreshes());
    }

    /** One for all: the extension's own would be another one for each who asks for it. */
    @Produces
    @Singleton
    CollectorRegistry collectorRegistry() {
        return new CollectorRegistry(true);
    }

    /** Of the framework's figures only those that do not grow with the number of resources. */
    @Produces
    @Singleton
    @Unremovable
    Metrics metrics(MeterRegistry registry) {
        return MicrometerMetrics.withoutPerResourceMetrics(registry);
    }

    /** Without its informer the operator would stay up and serve nobody: it ends, and is started anew. */
    @Produces
    @Singleton
    @Unremovable
    InformerStoppedHandler informerStopped() {
        return (informer, thrown) -> {
            if (thrown != null) {
                LOG.error("the watch on the resources has ended for good: the operator ends too", thrown);
                Quarkus.asyncExit(1);
            }
        };
    }
}
