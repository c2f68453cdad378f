package dev.matview.operator.cronjob;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobBuilder;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class DriftTest {
    private final CronJob declared = Declarations.of("""
            execution: CronJob
            schedules: ['0 * * * *']
            cronJob: {resources: {limits: {cpu: 1000m, memory: 128Mi}}}
            """).cronJobs().getFirst();

    @Test
    void whatTheApiServerFillsInOrWritesInAnotherWayIsNone() {
        assertThat(Drift.between(declared, stored(c -> {
                    c.getMetadata().setAnnotations(with(c.getMetadata().getAnnotations()));
                    var job = c.getSpec().getJobTemplate().getSpec();
                    job.setCompletionMode("NonIndexed");
                    var pod = job.getTemplate().getSpec();
                    pod.setDnsPolicy("ClusterFirst");
                    pod.getContainers().getLast().setTerminationMessagePath("/dev/termination-log");
                    pod.getContainers()
                            .getLast()
                            .getResources()
                            .setLimits(Map.of("cpu", new Quantity("1"), "memory", new Quantity("128Mi")));
                })))
                .isEmpty();
    }

    @Test
    void whatSomebodyChangedIsNamed() {
        assertThat(Drift.between(declared, stored(c -> c.getSpec().setSchedule("5 * * * *"))))
                .containsExactly("spec.schedule");
        assertThat(Drift.between(declared, stored(c -> c.getSpec().setSuspend(true))))
                .containsExactly("spec.suspend");
        assertThat(Drift.between(declared, stored(c -> c.getMetadata().setOwnerReferences(java.util.List.of()))))
                .containsExactly("metadata.ownerReferences");
        assertThat(Drift.between(declared, stored(c -> c.getMetadata().setLabels(null))))
                .hasSize(2)
                .allSatisfy(field -> assertThat(field).startsWith("metadata.labels."));
        assertThat(Drift.between(declared, stored(c -> c.getSpec()
                        .getJobTemplate()
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .removeFirst())))
                .contains("spec.jobTemplate.spec.template.spec.containers");
        assertThat(Drift.between(declared, stored(c -> c.getSpec()
                        .getJobTemplate()
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .getLast()
                        .getResources()
                        .setLimits(Map.of("cpu", new Quantity("2"), "memory", new Quantity("128Mi"))))))
                .containsExactly("spec.jobTemplate.spec.template.spec.containers[1].resources.limits.cpu");
    }

    private CronJob stored(Consumer<CronJob> change) {
        CronJob copy = new CronJobBuilder(declared).build();
        change.accept(copy);
        return copy;
    }

    private static Map<String, String> with(Map<String, String> annotations) {
        var more = new java.util.HashMap<>(annotations);
        more.put("somebody.example/note", "theirs");
        return more;
    }
}
