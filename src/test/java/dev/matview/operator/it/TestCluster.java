package dev.matview.operator.it;

import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.MaterializedViewRefresh;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The cluster of the tests, seen as its admin, with what is shipped installed in it: the definition and the roles.
 *
 * @param kubeconfig the admin's; a test that starts the operator gives it this one
 */
record TestCluster(KubernetesClient client, Path kubeconfig) implements AutoCloseable {
    /** Names the kubeconfig. The current context is never used: it may be somebody's real cluster. */
    static final String KUBECONFIG = "MATVIEW_TEST_KUBECONFIG";

    static TestCluster connect() {
        var path = System.getenv(KUBECONFIG);
        if (path == null || path.isBlank()) {
            throw new IllegalStateException(
                    KUBECONFIG + " is not set: run 'make test-apiserver', which starts a cluster"
                            + " for these tests and ends it, or set it to the kubeconfig of a cluster that may be changed");
        }
        return connect(Path.of(path));
    }

    static TestCluster connect(Path kubeconfig) {
        var config = Config.fromKubeconfig(kubeconfig.toFile());
        var client = new KubernetesClientBuilder().withConfig(config).build();
        var cluster = new TestCluster(client, kubeconfig);
        cluster.install();
        return cluster;
    }

    /** A new namespace whose name starts with that of the test class. */
    TestNamespace createNamespace(Class<?> test) {
        var prefix = test.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
        var namespace = new NamespaceBuilder()
                .withNewMetadata()
                .withGenerateName(prefix + "-")
                .endMetadata()
                .build();
        return new TestNamespace(
                this, client.resource(namespace).create().getMetadata().getName());
    }

    @Override
    public void close() {
        client.close();
    }

    /** Applies what is shipped. */
    void install() {
        try (var definitions = Files.list(Path.of("crds"))) {
            Stream.concat(definitions.sorted(), Stream.of(Path.of("deploy", "rbac.yaml")))
                    .forEach(this::apply);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await("the API server serves the definition")
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() -> client.resources(MaterializedViewRefresh.class)
                                .inAnyNamespace()
                                .list()
                        != null);
    }

    /** Applies the objects of a file of manifests. */
    void apply(Path manifest) {
        try (var text = Files.newInputStream(manifest)) {
            client.load(text).items().forEach(item -> client.resource(item)
                    .fieldManager("matview-tests")
                    .forceConflicts()
                    .serverSideApply());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes them again. */
    void delete(Path manifest) {
        try (var text = Files.newInputStream(manifest)) {
            client.load(text).delete();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
