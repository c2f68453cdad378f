package dev.matview.operator.controller;

import dev.matview.operator.api.CertificateAuthoritySource;
import dev.matview.operator.api.KeyReference;
import dev.matview.operator.api.Reason;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
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

/**
 * The Secrets and ConfigMaps that a part of a resource names, read each time anew. All methods throw a
 * {@link FailureException} when something is missing or can't be read.
 *
 * @param namespace the resource's
 * @param part of the resource, such as {@code spec.database}: where a name can be corrected
 */
record NamedObjects(KubernetesClient client, String namespace, String part) {
    private static final String SECRET = "Secret";

    Secret secret(String name) throws FailureException {
        return get(client.secrets().inNamespace(namespace).withName(name), SECRET, name);
    }

    /** A value of a Secret. */
    String value(KeyReference reference) throws FailureException {
        return value(secret(reference.name()), reference.key());
    }

    /** A value of a Secret that was read, so that several are of one version. */
    String value(Secret secret, String key) throws FailureException {
        return value(
                decoded(secret), SECRET, new KeyReference(secret.getMetadata().getName(), key));
    }

    /** The certificates that are named, or null for none. */
    @Nullable
    String authorities(@Nullable CertificateAuthoritySource ca) throws FailureException {
        if (ca != null && ca.secretKeyRef() != null) {
            return value(ca.secretKeyRef());
        } else if (ca != null && ca.configMapKeyRef() != null) {
            KeyReference reference = ca.configMapKeyRef();
            ConfigMap map = get(
                    client.configMaps().inNamespace(namespace).withName(reference.name()),
                    "ConfigMap",
                    reference.name());
            return value(map.getData() == null ? Map.of() : map.getData(), "ConfigMap", reference);
        }
        return null;
    }

    static Map<String, String> decoded(Secret secret) {
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

    private <T extends HasMetadata> T get(Resource<T> resource, String kind, String name) throws FailureException {
        try {
            T found = resource.get();
            if (found != null) {
                return found;
            }
            throw new FailureException(new Failure(
                    Reason.SECRET_MISSING,
                    "there is no " + kind + " \"" + name + "\" in this namespace: create it, or correct " + part));
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

    private String value(Map<String, String> values, String kind, KeyReference reference) throws FailureException {
        String value = values.get(reference.key());
        if (value == null) {
            throw new FailureException(new Failure(
                    Reason.SECRET_MISSING,
                    kind + " \"" + reference.name() + "\" has no key \"" + reference.key() + "\": add it, or correct "
                            + part));
        }
        return value;
    }
}
