package dev.matview.operator.e2e;

import dev.matview.operator.testing.PostgresServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Path;
import java.util.Map;

/**
 * A cluster that runs pods, and a PostgreSQL on this machine that they reach.
 *
 * @param client the cluster, as its admin
 * @param kubeconfig the admin's; helm gets this one and no other
 * @param server the database server
 * @param databaseHost this machine's address as pods see it
 */
record Platform(KubernetesClient client, Path kubeconfig, PostgresServer server, String databaseHost)
        implements AutoCloseable {
    private static final int POSTGRES = 18;

    static Platform connect() {
        var kubeconfig = Path.of(setting("MATVIEW_E2E_KUBECONFIG"));
        var client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kubeconfig.toFile()))
                .build();
        return new Platform(client, kubeconfig, PostgresServer.start(POSTGRES), setting("MATVIEW_E2E_DATABASE_HOST"));
    }

    /** What {@code hack/kind/e2e.sh} sets. */
    static String setting(String name) {
        var value = System.getenv(name);
        if (value == null || value.isBlank()) {
            throw new IllegalStateException(name + " is not set: run 'make e2e'");
        }
        return value;
    }

    /** Runs helm against this cluster; what it printed to its standard output. */
    String helm(String... arguments) {
        return Command.run(Map.of("KUBECONFIG", kubeconfig.toString()), setting("MATVIEW_E2E_HELM"), arguments);
    }

    @Override
    public void close() {
        try (client;
                server) {
            // Both end, whatever one of them says.
        }
    }
}
