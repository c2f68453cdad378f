package dev.matview.operator.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.MaterializedViewRefresh;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;

/** The promise of docs/upgrade.md: what the previous release's definition let pass is valid and readable under this one. */
@ExtendWith(TestNamespaceExtension.class)
@Isolated("it changes the definition")
class DefinitionUpgradeIT {
    private static final Path PREVIOUS = Path.of("src", "test", "resources", "previous-release");

    /** A field that shows which of the two definitions is served. */
    private static final String MARKER = "previousRelease";

    private final TestNamespace namespace;

    DefinitionUpgradeIT(TestNamespace namespace) {
        this.namespace = namespace;
    }

    @BeforeEach
    void goBackToThePreviousDefinition() throws IOException {
        var definition = Serialization.unmarshal(
                Files.readString(PREVIOUS.resolve("definition.yaml")), CustomResourceDefinition.class);
        var schema = definition.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
        Objects.requireNonNull(schema.getProperties().get("spec"))
                .getProperties()
                .put(MARKER, new JSONSchemaPropsBuilder().withType("string").build());
        namespace
                .client()
                .resource(definition)
                .fieldManager("matview-tests")
                .forceConflicts()
                .serverSideApply();
        await("the previous definition is served")
                .atMost(Duration.ofSeconds(30))
                .until(this::markerIsTaken);
    }

    @AfterEach
    void upgrade() {
        namespace.cluster().install();
        await("the present definition is served").atMost(Duration.ofSeconds(30)).until(() -> !markerIsTaken());
    }

    @Test
    void everyResourceOfThePreviousReleaseIsValidAndReadAsItWasWritten() {
        List<GenericKubernetesResource> before = SampleManifest.ofFile(PREVIOUS.resolve("resources.yaml"))
                .map(sample -> store(sample.resource()))
                .toList();
        assertThat(before.size()).isGreaterThan(40);

        upgrade();

        before.forEach(this::assertKept);
    }

    private void assertKept(GenericKubernetesResource stored) {
        var name = stored.getMetadata().getName();
        assertThat(now(stored))
                .as(name)
                .matches(now -> holds(now, stored, "spec"), "served with its spec")
                .matches(now -> holds(now, stored, "status"), "served with its status");
        assertThat(namespace.dryRun(anew(stored))).as(name).isNotNull();
        assertThat(read(stored))
                .as(name)
                .matches(read -> holds(read, stored, "spec"), "read by the operator with its spec")
                .matches(read -> holds(read, stored, "status"), "read by the operator with its status");
    }

    private boolean markerIsTaken() {
        var minimal = SampleManifest.ofFiles("valid-minimal").findFirst().orElseThrow();
        var marked = Serialization.clone(minimal.resource());
        marked.<Map<String, Object>>get("spec").put(MARKER, "yes");
        try {
            namespace.dryRun(marked);
            return true;
        } catch (KubernetesClientException e) {
            assertThat(e).hasMessageContaining(MARKER);
            return false;
        }
    }

    private GenericKubernetesResource store(GenericKubernetesResource resource) {
        resource.getMetadata().setNamespace(namespace.name());
        namespace.client().resource(resource).create();
        if (resource.getAdditionalProperties().containsKey("status")) {
            namespace.client().resource(resource).subresource("status").patch(PatchContext.of(PatchType.JSON_MERGE));
        }
        return now(resource);
    }

    private GenericKubernetesResource now(GenericKubernetesResource resource) {
        return namespace.client().resource(resource).get();
    }

    /** Another one with its spec: of an update, the API server would not look at what is as before. */
    private static GenericKubernetesResource anew(GenericKubernetesResource stored) {
        var copy = Serialization.clone(stored);
        copy.setMetadata(new ObjectMetaBuilder()
                .withName(stored.getMetadata().getName() + "-again")
                .build());
        return copy;
    }

    /** What the operator sees of it, with the operator's types. */
    private GenericKubernetesResource read(GenericKubernetesResource stored) {
        var typed = namespace
                .client()
                .resources(MaterializedViewRefresh.class)
                .inNamespace(namespace.name())
                .withName(stored.getMetadata().getName())
                .get();
        assertThat(typed.getSpec().unreadable()).isNull();
        var serialization = namespace.client().getKubernetesSerialization();
        return serialization.unmarshal(serialization.asJson(typed), GenericKubernetesResource.class);
    }

    private static boolean holds(GenericKubernetesResource now, GenericKubernetesResource before, String field) {
        return holds(
                now.getAdditionalProperties().get(field),
                before.getAdditionalProperties().get(field));
    }

    /** There may be more, of fields that are new; what was there is as it was. */
    private static boolean holds(@Nullable Object now, @Nullable Object before) {
        if (before instanceof Map<?, ?> fields) {
            return now instanceof Map<?, ?> found
                    && fields.entrySet().stream().allMatch(e -> holds(found.get(e.getKey()), e.getValue()));
        }
        if (before instanceof List<?> items) {
            return now instanceof List<?> found
                    && found.size() == items.size()
                    && IntStream.range(0, items.size()).allMatch(i -> holds(found.get(i), items.get(i)));
        }
        return before == null || Objects.equals(now, before);
    }
}
