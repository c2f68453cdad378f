package dev.matview.operator.controller;

import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.cronjob.Labels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.List;
import java.util.Set;

/** Watches CronJobs, Jobs and pods that carry the operator's label: what happens to them is a look at their resource. */
final class ChildEvents {
    private ChildEvents() {}

    static List<EventSource<?, MaterializedViewRefresh>> with(
            EventSource<?, MaterializedViewRefresh> events, EventSourceContext<MaterializedViewRefresh> context) {
        return List.of(events, source(CronJob.class, context), source(Job.class, context), source(Pod.class, context));
    }

    private static <T extends HasMetadata> EventSource<?, MaterializedViewRefresh> source(
            Class<T> kind, EventSourceContext<MaterializedViewRefresh> context) {
        var configuration = InformerEventSourceConfiguration.from(kind, MaterializedViewRefresh.class)
                .withLabelSelector(Labels.RESOURCE_UID)
                .withNamespacesInheritedFromController()
                .withSecondaryToPrimaryMapper(ChildEvents::resource)
                .build();
        return new InformerEventSource<>(configuration, context);
    }

    private static Set<ResourceID> resource(HasMetadata child) {
        String name = Labels.resource(child);
        return name == null
                ? Set.of()
                : Set.of(new ResourceID(name, child.getMetadata().getNamespace()));
    }
}
