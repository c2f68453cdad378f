package dev.matview.operator.e2e;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The chart as helm installed it. Closed, it is uninstalled; with the one that brought the definition of the resource,
 * that and all resources are deleted.
 *
 * @param namespace where its pods are
 */
record Release(Platform platform, String name, String namespace) implements AutoCloseable {
    static final String NAME = "matview-operator";
    static final String NAMESPACE = "matview-system";
    static final String CHART = "helm/matview-operator";
    static final String DEFINITION = "materializedviewrefreshes.matview.dev";
    static final String DEFINITION_FILE = DEFINITION + ".yaml";

    /** Installs a chart and waits until its pods are ready. */
    static Release install(Platform platform, String chart, String... values) {
        var release = new Release(platform, NAME, NAMESPACE);
        release.createNamespace();
        release.apply(chart, values);
        return release;
    }

    /** Installs the chart once more under another name, in a namespace that is there, as one who is no admin does. */
    static Release beside(Platform platform, String name, String namespace, String... values) {
        var release = new Release(platform, name, namespace);
        release.apply(
                CHART,
                Stream.concat(Stream.of("crds.create=false"), Stream.of(values)).toArray(String[]::new));
        return release;
    }

    /** A namespace that takes no pod with more rights than the strictest standard allows. */
    private void createNamespace() {
        client().resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                        .endMetadata()
                        .build())
                .serverSideApply();
    }

    /** Installs the chart, or upgrades what is installed, with just these values, and waits until its pods are ready. */
    void apply(String chart, String... values) {
        List<String> arguments = new ArrayList<>(List.of("upgrade", name, chart, "--install", "--reset-values"));
        arguments.addAll(List.of("--namespace", namespace, "--wait", "--timeout", "180s"));
        Stream.concat(image(), Stream.of(values)).forEach(value -> arguments.addAll(List.of("--set", value)));
        platform.helm(arguments.toArray(String[]::new));
    }

    private static Stream<String> image() {
        return Stream.of("image.repository=" + Platform.setting("MATVIEW_E2E_IMAGE"));
    }

    /** Takes the release away as an admin does; the definition stays. */
    void uninstall() {
        platform.helm("uninstall", name, "--namespace", namespace, "--ignore-not-found", "--wait");
    }

    List<Pod> pods() {
        return client().pods()
                .inNamespace(namespace)
                .withLabel("app.kubernetes.io/name", NAME)
                .withLabel("app.kubernetes.io/instance", name)
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
        if (!name.equals(NAME)) {
            return;
        }
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
