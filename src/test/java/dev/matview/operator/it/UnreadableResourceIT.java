package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.message;
import static dev.matview.operator.it.StatusIs.ready;
import static dev.matview.operator.it.StatusIs.stalled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;

/** What a later version of the definition let pass is stored, and the operator has gone back to this version. */
@ExtendWith(SceneExtension.class)
@Isolated("it changes the definition")
class UnreadableResourceIT {
    private static final String DEFINITION = "materializedviewrefreshes.matview.dev";

    private final Scene scene;
    private final TestCluster cluster;

    UnreadableResourceIT(@Unserved Scene scene) {
        this.scene = scene;
        this.cluster = scene.cluster();
    }

    @BeforeEach
    void letEverythingPass() {
        var definition = cluster.client()
                .apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName(DEFINITION);
        definition.edit(d -> new CustomResourceDefinitionBuilder(d)
                .editSpec()
                .editFirstVersion()
                .editSchema()
                .withOpenAPIV3Schema(new JSONSchemaPropsBuilder()
                        .withType("object")
                        .withXKubernetesPreserveUnknownFields(true)
                        .build())
                .endSchema()
                .endVersion()
                .endSpec()
                .build());
    }

    @AfterEach
    void restoreTheDefinition() {
        cluster.install();
    }

    @Test
    void itIsStalledAndTheOthersAreServed() throws SQLException {
        scene.createView("totals");
        var unknownMode =
                stored("unknown-mode", "{database: {secretRef: {name: x}}, view: {name: totals}, mode: Teleport}");
        var anotherForm = stored(
                "another-form", "{database: {secretRef: {name: x}}, view: {name: totals}, timeouts: {lock: 1d}}");
        var anotherType = stored(
                "another-type", "{database: {secretRef: {name: x}, port: {number: 5432}}, view: {name: totals}}");
        var noView = stored("no-view", "{database: {secretRef: {name: x}}}");
        var noSpec = stored("no-spec", null);
        var emptySpec = stored("empty-spec", "{}");
        restoreTheDefinition();
        awaitTheRules();
        scene.startOperator();
        var healthy = scene.create("totals", "");
        healthy.request("served");
        healthy.await("served", answered("served").and(ready("Succeeded")));

        assertThat(message(unknownMode.await("stalled", stalled("UnreadableSpec"))))
                .contains("spec.mode");
        assertThat(message(anotherForm.await("stalled", stalled("UnreadableSpec"))))
                .contains("spec.timeouts");
        assertThat(message(anotherType.await("stalled", stalled("UnreadableSpec"))))
                .contains("spec.database.port");
        assertThat(message(noView.await("stalled", s -> isStalled(s)))).contains("spec");
        assertThat(message(emptySpec.await("stalled", s -> isStalled(s)))).contains("spec");
        assertThat(message(noSpec.await("stalled", s -> isStalled(s)))).contains("no spec");
    }

    private static boolean isStalled(dev.matview.operator.api.MaterializedViewRefreshStatus status) {
        return stalled("UnreadableSpec").or(stalled("InvalidSpec")).test(status);
    }

    private RefreshResource stored(String name, @Nullable String spec) {
        var resource = scene.adopt(name);
        GenericKubernetesResource object = new GenericKubernetesResourceBuilder()
                .withApiVersion("matview.dev/v1alpha1")
                .withKind("MaterializedViewRefresh")
                .withNewMetadata()
                .withNamespace(resource.namespace())
                .withName(resource.name())
                .endMetadata()
                .build();
        if (spec != null) {
            object.setAdditionalProperty("spec", Serialization.unmarshal("--- " + spec, Map.class));
        }
        await(name + " is stored")
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> cluster.client().resource(object).create());
        return resource;
    }

    private void awaitTheRules() {
        var invalid = new GenericKubernetesResourceBuilder()
                .withApiVersion("matview.dev/v1alpha1")
                .withKind("MaterializedViewRefresh")
                .withNewMetadata()
                .withNamespace(scene.namespace())
                .withName("invalid")
                .endMetadata()
                .build();
        await("the rules hold again").atMost(Duration.ofSeconds(20)).until(() -> {
            try {
                cluster.client().resource(invalid).dryRun().create();
                return false;
            } catch (KubernetesClientException e) {
                return e.getCode() == 422;
            }
        });
    }
}
