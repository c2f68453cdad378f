package dev.matview.operator.cronjob;

import dev.matview.operator.api.CertificateAuthoritySource;
import dev.matview.operator.api.DatabaseSpec;
import dev.matview.operator.api.KeyReference;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.SecretReference;
import dev.matview.operator.api.TlsSpec;
import dev.matview.operator.net.Password;
import dev.matview.operator.postgres.ConnectionSecret;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.MountedFolder;
import dev.matview.operator.postgres.TlsSettings;
import dev.matview.operator.refresh.Credentials;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pod's files, one for each key: the database's Secret, the authorities' certificates, the client's certificate and
 * key. All are mounted as optional, so that what is missing is said by name instead of keeping the pod from starting.
 *
 * @param root the folder with all of them
 */
record Mounts(Path root) {
    /** Where they are in a pod. */
    static final Path IN_POD = Path.of("/var/run/matview");

    /** The folder with the keys of {@code spec.database.secretRef}. */
    static final String DATABASE = "database";

    /** The folder with the certificates of {@code spec.database.tls.ca}, in the file {@link #AUTHORITIES}. */
    static final String AUTHORITY = "authority";

    static final String AUTHORITIES = "ca.crt";

    /** The folder with the certificate and key of {@code spec.database.tls.clientCertificateSecretRef}. */
    static final String CLIENT = "client";

    static final String CERTIFICATE = "tls.crt";
    static final String KEY = "tls.key";

    /** @throws FailureException when something is missing or can't be used */
    Credentials read(DatabaseSpec database, boolean mayOverride) throws FailureException {
        String name = database.secretRef().name();
        Map<String, String> values = values(root.resolve(DATABASE));
        if (values.isEmpty()) {
            throw missing("there is no Secret \"" + name
                    + "\" in this namespace, or it is empty: create it, or correct spec.database");
        }
        var settings = new ConnectionSecret(name, values, mayOverride).settings(database, tls(database.tls()));
        return new Credentials(settings, false);
    }

    private TlsSettings tls(TlsSpec tls) throws FailureException {
        SecretReference client = tls.clientCertificateSecretRef();
        String certificate = null;
        Password key = null;
        if (client != null) {
            Path folder = root.resolve(CLIENT);
            certificate = value(folder, CERTIFICATE, "Secret", new KeyReference(client.name(), CERTIFICATE));
            key = new Password(value(folder, KEY, "Secret", new KeyReference(client.name(), KEY)));
        }
        return TlsSettings.checked(tls.mode(), authorities(tls.ca()), certificate, key);
    }

    private @Nullable String authorities(@Nullable CertificateAuthoritySource ca) throws FailureException {
        Path folder = root.resolve(AUTHORITY);
        if (ca != null && ca.secretKeyRef() != null) {
            return value(folder, AUTHORITIES, "Secret", ca.secretKeyRef());
        } else if (ca != null && ca.configMapKeyRef() != null) {
            return value(folder, AUTHORITIES, "ConfigMap", ca.configMapKeyRef());
        }
        return null;
    }

    private static String value(Path folder, String file, String kind, KeyReference reference) throws FailureException {
        try {
            return new MountedFolder(folder).value(file);
        } catch (NoSuchFileException e) {
            throw missing("there is no " + kind + " \"" + reference.name()
                    + "\" in this namespace, or it has no key \"" + reference.key()
                    + "\": create it, or correct spec.database.tls");
        } catch (IOException e) {
            throw unreadable(folder.resolve(file));
        }
    }

    private static Map<String, String> values(Path folder) throws FailureException {
        try {
            return new MountedFolder(folder).values();
        } catch (NoSuchFileException e) {
            return Map.of();
        } catch (IOException e) {
            throw unreadable(folder);
        }
    }

    private static FailureException missing(String message) {
        return new FailureException(new Failure(Reason.SECRET_MISSING, message));
    }

    private static FailureException unreadable(Path path) {
        return missing("the pod may not read " + path
                + ": let its user or fsGroup read mounted Secrets, in the operator's pod template");
    }
}
