package dev.matview.operator.controller;

import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.health.InformerHealthIndicator;
import io.javaoperatorsdk.operator.health.InformerWrappingEventSourceHealthIndicator;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;

/** What Kubernetes' probes ask. An API server that is away makes the operator neither dead nor unready: runs go on. */
final class Health {
    /** Down when a watch on the resources has ended for good, so that nothing would be noticed any more. */
    @Produces
    @Singleton
    @Liveness
    HealthCheck watches(Operator operator) {
        return () -> HealthCheckResponse.named("watches")
                .status(!operator.getRuntimeInfo().isStarted() || watching(operator))
                .build();
    }

    /** Up when the resources are served, or would be as soon as the leader is gone. */
    @Produces
    @Singleton
    @Readiness
    HealthCheck serves(Operation operation) {
        return () ->
                HealthCheckResponse.named("serves").status(operation.isReady()).build();
    }

    @SuppressWarnings("rawtypes") // so is the framework's own answer
    private static boolean watching(Operator operator) {
        for (var controller : operator.getRegisteredControllers()) {
            for (var source : controller
                    .getControllerHealthInfo()
                    .eventSourceHealthIndicators()
                    .values()) {
                if (source instanceof InformerWrappingEventSourceHealthIndicator<?> watch
                        && !watch.informerHealthIndicators().values().stream()
                                .allMatch(InformerHealthIndicator::isRunning)) {
                    return false;
                }
            }
        }
        return true;
    }
}
