package dev.matview.operator.e2e;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The chart as helm installed it, in the namespace {@code matview-system}. Closed, it is uninstalled, and the definition
 * of the resource is deleted with all resources.
 */
record Release(Platform platform) implements AutoCloseable {
    static final String NAME = "matview-operator";
    static final String NAMESPACE = "matview-system";
    static final String CHART = "helm/matview-operator";
    static final String DEFINITION = "materializedviewrefreshes.matview.dev";
    static final String DEFINITION_FILE = DEFINITION + ".yaml";

    /** Installs a chart and waits until its pods are ready. */
    static Release install(Platform platform, String chart, String... values) {
        var release = new Release(platform);
        release.createNamespace();
        release.apply(chart, values);
        return release;
    }

    /** A namespace that takes no pod with more rights than the strictest standard allows. */
    private void createNamespace() {
        client().resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(NAMESPACE)
                        .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                        .endMetadata()
                        .build())
                .serverSideApply();
    }

    /** Installs the chart, or upgrades what is installed, with just these values, and waits until its pods are ready. */
    void apply(String chart, String... values) {
        List<String> arguments = new ArrayList<>(List.of("upgrade", NAME, chart, "--install", "--reset-values"));
        arguments.addAll(List.of("--namespace", NAMESPACE, "--wait", "--timeout", "180s"));
        Stream.concat(image(), Stream.of(values)).forEach(value -> arguments.addAll(List.of("--set", value)));
        platform.helm(arguments.toArray(String[]::new));
    }

    private static Stream<String> image() {
        return Stream.of("image.repository=" + Platform.setting("MATVIEW_E2E_IMAGE"));
    }

    /** Takes the release away as an admin does; the definition stays. */
    void uninstall() {
        platform.helm("uninstall", NAME, "--namespace", NAMESPACE, "--ignore-not-found", "--wait");
    }

    List<Pod> pods() {
        return client().pods()
                .inNamespace(NAMESPACE)
                .withLabel("app.kubernetes.io/name", NAME)
                .list()
                .getItems();
    }

    /** The one pod that runs. */
    Pod pod() {
        return await().until(this::pods, pods -> pods.size() == 1).getFirst();
    }

    private KubernetesClient client() {
        return platform.client();
    }

    @Override
    public void close() {
        uninstall();
        client().apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName(DEFINITION)
                .delete();
        await("the definition is gone")
                .ignoreExceptions()
                .until(() -> client().apiextensions()
                                .v1()
                                .customResourceDefinitions()
                                .withName(DEFINITION)
                                .get()
                        == null);
    }
}
