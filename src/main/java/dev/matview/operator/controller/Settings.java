package dev.matview.operator.controller;

import dev.matview.operator.api.Durations;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Whether what is set can work: said at the start, by the setting's name, and not by the first refresh. */
final class Settings {
    /** As libpq's {@code require_auth}; the driver knows these. */
    private static final Set<String> METHODS = Set.of("password", "md5", "gss", "sspi", "scram-sha-256", "none");

    private static final Set<String> LEVELS = Set.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR");

    private final List<String> problems = new ArrayList<>();

    private Settings() {}

    /** @throws ConfigurationException that names every setting that can't be used, and what could */
    static void check(OperatorConfig config) {
        var settings = new Settings();
        settings.duration("MATVIEW_CONNECT_TIMEOUT", config.connectTimeout(), "1s", "1h");
        settings.duration("MATVIEW_POOL_IDLE", config.poolIdle(), "0s", "24h");
        settings.duration("MATVIEW_RETRY_BACKOFF", config.retryBackoff(), "100ms", "24h");
        settings.duration("MATVIEW_RECHECK_BACKOFF", config.recheckBackoff(), "100ms", "24h");
        settings.duration("MATVIEW_MAX_BACKOFF", config.maxBackoff(), "1s", "24h");
        settings.duration("MATVIEW_STOP_GRACE", config.stopGrace(), "0s", "1h");
        settings.atLeastOne("MATVIEW_REFRESHES_PER_DATABASE", config.refreshesPerDatabase());
        settings.atLeastOne("MATVIEW_REFRESHES", config.refreshes());
        for (String method : config.requireAuth().split(",", -1)) {
            String bare = method.strip().replaceFirst("^!", "");
            settings.oneOf("MATVIEW_REQUIRE_AUTH", bare, METHODS);
        }
        settings.oneOf("MATVIEW_LOG_LEVEL", config.logLevel(), LEVELS);
        config.tracingEndpoint().ifPresent(settings::endpoint);
        if (!settings.problems.isEmpty()) {
            throw new ConfigurationException(String.join("; ", settings.problems));
        }
    }

    private void duration(String name, Duration value, String least, String most) {
        if (value.compareTo(Durations.parse(least)) < 0 || value.compareTo(Durations.parse(most)) > 0) {
            problems.add(name + " is " + value + ", but must be from " + least + " to " + most);
        }
    }

    private void atLeastOne(String name, int value) {
        if (value < 1) {
            problems.add(name + " is " + value + ", but must be 1 or more");
        }
    }

    private void endpoint(String text) {
        try {
            var address = new URI(text);
            boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
            if (http && address.getHost() != null && address.getRawUserInfo() == null) {
                return;
            }
        } catch (URISyntaxException e) {
            // Said below.
        }
        problems.add("MATVIEW_TRACING_ENDPOINT is not an address such as http://collector:4318");
    }

    private void oneOf(String name, String value, Set<String> known) {
        if (!known.contains(value)) {
            problems.add(name + " has \"" + value + "\", but knows only "
                    + String.join(", ", known.stream().sorted().toList()));
        }
    }
}
