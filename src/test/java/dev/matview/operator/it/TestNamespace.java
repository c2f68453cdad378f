package dev.matview.operator.it;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;

/** A test class's own namespace; deleted, with all that is in it, when the class is done. */
record TestNamespace(TestCluster cluster, String name) implements AutoCloseable {

    KubernetesClient client() {
        return cluster.client();
    }

    /** Has the API server check a resource as strictly as kubectl does, and store nothing: what would be stored. */
    GenericKubernetesResource dryRun(GenericKubernetesResource resource) {
        return client().resource(resource)
                .inNamespace(name)
                .dryRun()
                .fieldValidation(Validation.STRICT)
                .create();
    }

    @Override
    public void close() {
        client().namespaces().withName(name).delete();
    }
}
