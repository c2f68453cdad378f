package dev.matview.operator.controller;

import dev.matview.operator.api.DatabaseSpec;
import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.SecretReference;
import dev.matview.operator.api.TlsSpec;
import dev.matview.operator.net.Password;
import dev.matview.operator.postgres.ConnectionSecret;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.TlsSettings;
import dev.matview.operator.refresh.Credentials;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import java.util.concurrent.Semaphore;

/** Reads what it takes to connect from a resource's Secret, each time anew, so that a rotated password is found. */
final class SecretCredentials {
    /** The client would open a connection, with a TLS handshake, for each request while others are under way. */
    private static final int AT_ONCE = 8;

    private final KubernetesClient client;
    private final Rotations rotations;
    private final Semaphore turns = new Semaphore(AT_ONCE, true);

    SecretCredentials(KubernetesClient client, Rotations rotations) {
        this.client = client;
        this.rotations = rotations;
    }

    /**
     * Reads it in its turn: few at once, however many runs are due.
     *
     * @throws FailureException when something is missing or can't be used
     */
    Credentials read(MaterializedViewRefresh resource, DatabaseSpec database)
            throws FailureException, InterruptedException {
        turns.acquire();
        try {
            return readNow(resource, database);
        } finally {
            turns.release();
        }
    }

    private Credentials readNow(MaterializedViewRefresh resource, DatabaseSpec database) throws FailureException {
        String namespace = resource.getMetadata().getNamespace();
        String name = database.secretRef().name();
        Secret secret = new NamedObjects(client, namespace, "spec.database").secret(name);
        TlsSettings tls = tls(new NamedObjects(client, namespace, "spec.database.tls"), database.tls());
        Map<String, String> annotations = secret.getMetadata().getAnnotations();
        boolean mayOverride =
                annotations != null && "true".equals(annotations.get(MaterializedViewRefresh.ALLOW_OVERRIDE));
        var settings = new ConnectionSecret(name, NamedObjects.decoded(secret), mayOverride).settings(database, tls);
        boolean justChanged = rotations.justChanged(
                resource.getMetadata().getUid(), secret.getMetadata().getResourceVersion());
        return new Credentials(settings, justChanged);
    }

    private static TlsSettings tls(NamedObjects objects, TlsSpec tls) throws FailureException {
        SecretReference client = tls.clientCertificateSecretRef();
        String certificate = null;
        Password key = null;
        if (client != null) {
            Secret secret = objects.secret(client.name());
            certificate = objects.value(secret, "tls.crt");
            key = new Password(objects.value(secret, "tls.key"));
        }
        return TlsSettings.checked(tls.mode(), objects.authorities(tls.ca()), certificate, key);
    }
}
