package dev.matview.operator.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every manifest of deploy/ but Prometheus' own is what a real API server takes; nothing of it is stored. */
@ExtendWith(TestNamespaceExtension.class)
class ShippedManifestsIT {
    private static final PatchContext DRY_RUN = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager("matview-tests")
            .withFieldValidation("Strict")
            .withForce(true)
            .withDryRun(List.of("All"))
            .build();

    private final TestNamespace namespace;

    ShippedManifestsIT(TestNamespace namespace) {
        this.namespace = namespace;
    }

    @ParameterizedTest
    @MethodSource
    void itIsTaken(Path manifest) throws IOException {
        var items = Arrays.stream(Files.readString(manifest).split("(?m)^---$"))
                .map(text -> Serialization.unmarshal(text, GenericKubernetesResource.class))
                .toList();
        assertThat(items).isNotEmpty().allSatisfy(item -> {
            if (item.getMetadata().getNamespace() != null) {
                item.getMetadata().setNamespace(namespace.name());
            }
            assertThatCode(() -> namespace.client().resource(item).patch(DRY_RUN))
                    .as("%s %s", item.getKind(), item.getMetadata().getName())
                    .doesNotThrowAnyException();
        });
    }

    static List<Path> itIsTaken() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("deploy"))) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .filter(file -> !file.endsWith("kustomization.yaml"))
                    // Of a kind that only clusters with its operator have; promtool tests what is in it.
                    .filter(file -> !file.startsWith("deploy/monitoring"))
                    .sorted()
                    .toList();
        }
    }
}
