package dev.matview.operator.controller;

import dev.matview.operator.api.CertificateAuthoritySource;
import dev.matview.operator.api.DatabaseSpec;
import dev.matview.operator.api.KeyReference;
import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.SecretReference;
import dev.matview.operator.api.TlsSpec;
import dev.matview.operator.net.Password;
import dev.matview.operator.postgres.ConnectionSecret;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.TlsSettings;
import dev.matview.operator.refresh.Credentials;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what it takes to connect from a resource's Secret, each time anew, so that a rotated password is found. */
final class SecretCredentials {
    private final KubernetesClient client;
    private final Rotations rotations;

    SecretCredentials(KubernetesClient client, Rotations rotations) {
        this.client = client;
        this.rotations = rotations;
    }

    /** @throws FailureException when something is missing or can't be used */
    Credentials read(MaterializedViewRefresh resource, DatabaseSpec database) throws FailureException {
        String namespace = resource.getMetadata().getNamespace();
        String name = database.secretRef().name();
        Secret secret = secret(namespace, name);
        TlsSettings tls = tls(namespace, database.tls());
        Map<String, String> annotations = secret.getMetadata().getAnnotations();
        boolean mayOverride =
                annotations != null && "true".equals(annotations.get(MaterializedViewRefresh.ALLOW_OVERRIDE));
        var settings = new ConnectionSecret(name, decoded(secret), mayOverride).settings(database, tls);
        boolean justChanged = rotations.justChanged(
                resource.getMetadata().getUid(), secret.getMetadata().getResourceVersion());
        return new Credentials(settings, justChanged);
    }

    private TlsSettings tls(String namespace, TlsSpec tls) throws FailureException {
        CertificateAuthoritySource ca = tls.ca();
        SecretReference client = tls.clientCertificateSecretRef();
        String certificate = null;
        Password key = null;
        if (client != null) {
            Map<String, String> values = decoded(secret(namespace, client.name()));
            certificate = value(values, "Secret", new KeyReference(client.name(), "tls.crt"));
            key = new Password(value(values, "Secret", new KeyReference(client.name(), "tls.key")));
        }
        return TlsSettings.checked(tls.mode(), ca == null ? null : authorities(namespace, ca), certificate, key);
    }

    private @Nullable String authorities(String namespace, CertificateAuthoritySource ca) throws FailureException {
        if (ca.secretKeyRef() != null) {
            Secret secret = secret(namespace, ca.secretKeyRef().name());
            return value(decoded(secret), "Secret", ca.secretKeyRef());
        } else if (ca.configMapKeyRef() != null) {
            KeyReference reference = ca.configMapKeyRef();
            ConfigMap map = get(
                    client.configMaps().inNamespace(namespace).withName(reference.name()),
                    "ConfigMap",
                    reference.name());
            return value(map.getData() == null ? Map.of() : map.getData(), "ConfigMap", reference);
        }
        return null;
    }

    private Secret secret(String namespace, String name) throws FailureException {
        return get(client.secrets().inNamespace(namespace).withName(name), "Secret", name);
    }

    private static <T extends HasMetadata> T get(Resource<T> resource, String kind, String name)
            throws FailureException {
        try {
            T found = resource.get();
            if (found != null) {
                return found;
            }
            throw new FailureException(new Failure(
                    Reason.SECRET_MISSING,
                    "there is no " + kind + " \"" + name
                            + "\" in this namespace: create it, or correct spec.database"));
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
                throw new FailureException(new Failure(
                        Reason.SECRET_MISSING,
                        "the operator may not read " + kind + " \"" + name
                                + "\": allow its service account to get it"));
            }
            throw new FailureException(new Failure(
                    Reason.UNREACHABLE,
                    "the API server did not give " + kind + " \"" + name + "\" (HTTP status " + e.getCode() + ")"));
        }
    }

    private static Map<String, String> decoded(Secret secret) throws FailureException {
        var values = new HashMap<String, String>();
        if (secret.getData() == null) {
            return values;
        }
        for (Map.Entry<String, String> entry : secret.getData().entrySet()) {
            byte[] bytes = Base64.getDecoder().decode(entry.getValue());
            values.put(entry.getKey(), new String(bytes, StandardCharsets.UTF_8));
        }
        return values;
    }

    private static String value(Map<String, String> values, String kind, KeyReference reference)
            throws FailureException {
        String value = values.get(reference.key());
        if (value == null) {
            throw new FailureException(new Failure(
                    Reason.SECRET_MISSING,
                    kind + " \"" + reference.name() + "\" has no key \"" + reference.key() + "\": add it, or correct"
                            + " spec.database.tls"));
        }
        return value;
    }
}
