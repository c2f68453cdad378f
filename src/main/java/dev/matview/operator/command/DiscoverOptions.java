package dev.matview.operator.command;

import dev.matview.operator.api.DatabaseSpec;
import dev.matview.operator.api.SecretReference;
import dev.matview.operator.api.TlsMode;
import dev.matview.operator.api.TlsSpec;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How {@code discover} was called.
 *
 * @param secretDir the folder that a Secret is mounted at, or null for the URI in the environment
 * @param authorities the file with the trusted authorities' certificates, or null
 * @param clientDir the folder with the client's certificate and key, or null
 * @param host port and name too: what fills in what the Secret lacks, here and in the manifests
 * @param manifests what the manifests name, or null when none are wanted
 */
record DiscoverOptions(
        @Nullable Path secretDir,
        boolean allowLoopback,
        TlsMode tlsMode,
        @Nullable Path authorities,
        @Nullable Path clientDir,
        @Nullable String host,
        @Nullable Integer port,
        @Nullable String name,
        Output output,
        @Nullable ManifestOptions manifests) {

    /** The forms of a list. */
    enum Output {
        TABLE,
        YAML,
        JSON
    }

    private static final Map<String, Output> OUTPUTS =
            Map.of("table", Output.TABLE, "yaml", Output.YAML, "json", Output.JSON);

    private static final Map<String, TlsMode> TLS_MODES = Map.of(
            "VerifyFull", TlsMode.VERIFY_FULL,
            "VerifyCA", TlsMode.VERIFY_CA,
            "Require", TlsMode.REQUIRE,
            "Disable", TlsMode.DISABLE);

    static final String HELP = """
            Usage: discover [options]
            Lists the materialized views of a database with a recommended mode, or prints resources for them.
            It changes nothing. The operator need not be running.

            Where the database is:
              --secret-dir DIR        folder with a file for each key of a Secret, as Kubernetes mounts it
                                      (uri, or host, port, dbname, username, password, ...)
              DATABASE_URL            without --secret-dir: a libpq URI in the environment
              --host, --port, --database
                                      what the Secret lacks
              --tls-mode MODE         VerifyFull (default), VerifyCA, Require or Disable
              --tls-ca FILE           certificates of the trusted authorities (PEM); else those of the Java runtime
              --tls-client-dir DIR    folder with tls.crt and tls.key, for servers that ask for a certificate
              --allow-loopback        also connect to loopback addresses (or MATVIEW_ALLOW_LOOPBACK=true)

            What is printed:
              -o, --output FORM       table (default), yaml or json
              --manifests             MaterializedViewRefresh resources instead, upstreams first, with
                --secret NAME           the Secret that they name (required)
                --ca-secret NAME[/KEY]  the Secret with the authorities' certificates (required with --tls-ca;
                                        key ca.crt)
                --client-secret NAME    the Secret with the client's certificate (required with --tls-client-dir)
                -n, --namespace NAME    their namespace
                --schedule CRON         when they are refreshed, several times for several; else on demand only
                --time-zone NAME        of the schedules, such as Europe/Berlin

            Exit code: 0 done, 1 the database could not be asked, 2 called in a way that is not understood.
            """;

    private static final Set<String> FLAGS = Set.of("--allow-loopback", "--manifests");
    private static final Set<String> VALUED = Set.of(
            "--secret-dir",
            "--host",
            "--port",
            "--database",
            "--tls-mode",
            "--tls-ca",
            "--tls-client-dir",
            "--output",
            "--secret",
            "--ca-secret",
            "--client-secret",
            "--namespace",
            "--schedule",
            "--time-zone");
    private static final Map<String, String> SHORTS = Map.of("-o", "--output", "-n", "--namespace");

    static DiscoverOptions parse(String... line) throws UsageException {
        Arguments arguments = Arguments.parse(line, FLAGS, VALUED, SHORTS);
        return new DiscoverOptions(
                path(arguments, "--secret-dir"),
                arguments.has("--allow-loopback"),
                arguments.choice("--tls-mode", TLS_MODES, TlsMode.VERIFY_FULL),
                path(arguments, "--tls-ca"),
                path(arguments, "--tls-client-dir"),
                arguments.one("--host"),
                port(arguments.one("--port")),
                arguments.one("--database"),
                arguments.choice("--output", OUTPUTS, Output.TABLE),
                ManifestOptions.of(arguments));
    }

    /** As the {@code spec.database} of a resource would ask for it, but for the certificates. */
    DatabaseSpec database(String secret) {
        return new DatabaseSpec(new SecretReference(secret), host, port, name, new TlsSpec(tlsMode, null, null));
    }

    private static @Nullable Path path(Arguments arguments, String option) throws UsageException {
        String given = arguments.one(option);
        return given == null ? null : Path.of(given);
    }

    private static @Nullable Integer port(@Nullable String given) throws UsageException {
        if (given != null && !given.matches("[1-9][0-9]{0,4}")) {
            throw new UsageException("option --port is a number from 1 to 65535");
        }
        return given == null ? null : Integer.valueOf(given);
    }
}
