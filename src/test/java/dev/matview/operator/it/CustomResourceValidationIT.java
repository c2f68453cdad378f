package dev.matview.operator.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.ResourceExamples;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(TestNamespaceExtension.class)
class CustomResourceValidationIT {
    private final TestNamespace namespace;

    CustomResourceValidationIT(TestNamespace namespace) {
        this.namespace = namespace;
    }

    @ParameterizedTest
    @MethodSource
    void aValidResourceIsAccepted(SampleManifest sample) {
        assertThat(namespace.dryRun(sample.resource()).getMetadata().getUid()).isNotNull();
    }

    static Stream<SampleManifest> aValidResourceIsAccepted() {
        return SampleManifest.ofFiles("valid-");
    }

    @ParameterizedTest
    @MethodSource
    void anInvalidResourceIsRefusedWithItsReason(SampleManifest sample) {
        assertThat(sample.refusals()).as("refusals that are expected").isNotEmpty();
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> namespace.dryRun(sample.resource()))
                .satisfies(e -> assertThat(e.getCode()).isBetween(400, 422))
                .extracting(Throwable::getMessage)
                .asString()
                .contains(sample.refusals());
    }

    static Stream<SampleManifest> anInvalidResourceIsRefusedWithItsReason() {
        return SampleManifest.ofFiles("invalid-");
    }

    @Test
    void whatIsLeftOutIsStoredWithItsDefault() {
        var minimal = SampleManifest.ofFiles("valid-minimal").findFirst().orElseThrow();
        assertThat(namespace.dryRun(minimal.resource()).getAdditionalProperties())
                .containsEntry(
                        "spec",
                        Map.ofEntries(
                                Map.entry(
                                        "database",
                                        Map.of("secretRef", Map.of("name", "db"), "tls", Map.of("mode", "VerifyFull"))),
                                Map.entry("view", Map.of("schema", "public", "name", "totals")),
                                Map.entry("onMissing", "Fail"),
                                Map.entry("onDrift", "Report"),
                                Map.entry("mode", "Concurrent"),
                                Map.entry("execution", "InOperator"),
                                Map.entry("blueGreen", Map.of("adopt", false)),
                                Map.entry("afterRefresh", Map.of("analyze", "Auto", "vacuum", "Auto")),
                                Map.entry("immediate", false),
                                Map.entry("timeZone", "Etc/UTC"),
                                Map.entry("suspend", false),
                                Map.entry("suspendAfterFailures", 0),
                                Map.entry("upstreams", "Wait"),
                                Map.entry("timeouts", Map.of("lock", "500ms", "refresh", "1h"))));
    }

    @Test
    void aFullResourceWithAFullStatusIsReadBackAsItWasWritten() {
        var resource = new MaterializedViewRefresh();
        resource.setMetadata(new ObjectMetaBuilder()
                .withNamespace(namespace.name())
                .withName("full")
                .build());
        resource.setSpec(ResourceExamples.fullSpec());
        namespace.client().resource(resource).create();

        var fresh = new MaterializedViewRefresh();
        fresh.setMetadata(resource.getMetadata());
        fresh.setStatus(ResourceExamples.fullStatus());
        var apply = new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager("operator")
                .withForce(true)
                .build();
        namespace.client().resource(fresh).subresource("status").patch(apply);

        var read = namespace.client().resource(resource).get();
        assertThat(read.getSpec()).isEqualTo(ResourceExamples.fullSpec());
        assertThat(read.getStatus()).isEqualTo(ResourceExamples.fullStatus());
    }
}
