package dev.matview.operator.command;

import dev.matview.operator.api.Reason;
import dev.matview.operator.net.AllowedHosts;
import dev.matview.operator.net.Password;
import dev.matview.operator.postgres.ConnectionPolicy;
import dev.matview.operator.postgres.ConnectionSecret;
import dev.matview.operator.postgres.ConnectionSettings;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.MountedFolder;
import dev.matview.operator.postgres.TlsSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * What it takes to connect, read from where a person has it, by the operator's own rules: what works here works there.
 *
 * @param environment where {@code DATABASE_URL} is, and the operator's own settings
 */
record Login(DiscoverOptions options, Map<String, String> environment) {
    /** The variable that holds a URI, and what messages call it by. */
    static final String URI = "DATABASE_URL";

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    ConnectionPolicy policy() {
        return new ConnectionPolicy(
                environment.getOrDefault("MATVIEW_REQUIRE_AUTH", "scram-sha-256"),
                AllowedHosts.of(environment.getOrDefault("MATVIEW_ALLOWED_DATABASE_HOSTS", "")),
                options.allowLoopback() || "true".equals(environment.get("MATVIEW_ALLOW_LOOPBACK")),
                CONNECT_TIMEOUT);
    }

    /**
     * Reads it.
     *
     * @throws UsageException when nobody said where the database is
     * @throws FailureException when what was said can't be used
     */
    ConnectionSettings settings() throws UsageException, FailureException {
        Path folder = options.secretDir();
        String uri = environment.get(URI);
        if (folder == null && (uri == null || uri.isBlank())) {
            throw new UsageException("where is the database? Give --secret-dir, or a URI in " + URI);
        }
        String name = folder == null ? URI : folder.toString();
        Map<String, String> values = folder == null ? Map.of("uri", String.valueOf(uri)) : values(folder);
        return new ConnectionSecret(name, values, false).settings(options.database(name), tls());
    }

    private TlsSettings tls() throws FailureException {
        Path client = options.clientDir();
        String authorities = options.authorities() == null ? null : text(options.authorities());
        String certificate = client == null ? null : text(client.resolve("tls.crt"));
        Password key = client == null ? null : new Password(text(client.resolve("tls.key")));
        return TlsSettings.checked(options.tlsMode(), authorities, certificate, key);
    }

    private static Map<String, String> values(Path folder) throws FailureException {
        try {
            Map<String, String> values = new MountedFolder(folder).values();
            if (values.isEmpty()) {
                throw new FailureException(new Failure(
                        Reason.SECRET_MISSING, "folder " + folder + " holds no files: mount the Secret there"));
            }
            return values;
        } catch (IOException e) {
            throw unreadable(folder, "folder");
        }
    }

    private static String text(Path file) throws FailureException {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw unreadable(file, "file");
        }
    }

    private static FailureException unreadable(Path path, String kind) {
        return new FailureException(new Failure(
                Reason.SECRET_MISSING, "there is no " + kind + " " + path + ", or this user may not read it"));
    }

    /** A message of the operator in the words of this command: where a resource has a field, it has an option. */
    String worded(Failure failure) {
        String message = failure.message()
                .replace("the value that spec.database.tls.ca names", "the file of --tls-ca")
                .replace("the Secret that spec.database.tls.clientCertificateSecretRef names", "--tls-client-dir")
                .replace("spec.database.tls.ca to the certificate", "--tls-ca to a file with the certificate")
                .replace("spec.database.tls.mode", "--tls-mode")
                .replace("spec.database.host", "--host")
                .replace("spec.database.port", "--port")
                .replace("spec.database.name", "--database");
        if (options.secretDir() == null) {
            message = message.replace("Secret \"" + URI + "\"", URI)
                    .replace("the Secret's URI", URI)
                    .replaceAll("the Secret's key \\w+", "it in the URI")
                    .replace("the Secret", URI);
        }
        if (failure.reason() == Reason.HOST_REFUSED) {
            message += "; for development there is --allow-loopback";
        }
        return failure.sqlState() == null ? message : message + " (SQLSTATE " + failure.sqlState() + ")";
    }
}
