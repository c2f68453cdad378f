package dev.matview.operator.controller;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.WithDefault;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    @Test
    void theDefaultsAreFine() {
        assertThatCode(() -> Settings.check(config(Map.of()))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "connect-timeout, 999ms, MATVIEW_CONNECT_TIMEOUT",
        "retry-backoff, 0s, MATVIEW_RETRY_BACKOFF",
        "recheck-backoff, 0s, MATVIEW_RECHECK_BACKOFF",
        "max-backoff, 0s, MATVIEW_MAX_BACKOFF",
        "pool-idle, -1s, MATVIEW_POOL_IDLE",
        "stop-grace, 2h, MATVIEW_STOP_GRACE",
        "refreshes, 0, MATVIEW_REFRESHES",
        "refreshes-per-database, -1, MATVIEW_REFRESHES_PER_DATABASE",
        "require-auth, trust, MATVIEW_REQUIRE_AUTH",
        "log-level, LOUD, MATVIEW_LOG_LEVEL",
        "tracing-endpoint, collector:4318, MATVIEW_TRACING_ENDPOINT",
        "tracing-endpoint, ftp://collector, MATVIEW_TRACING_ENDPOINT",
        "tracing-endpoint, http://user:secret@collector, MATVIEW_TRACING_ENDPOINT",
    })
    void whatCanNotWorkIsNamed(String setting, String value, String named) {
        assertThatThrownBy(() -> Settings.check(config(Map.of("matview." + setting, value))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(named + " ");
    }

    @ParameterizedTest
    @CsvSource({
        "connect-timeout, 1s",
        "pool-idle, 0s",
        "retry-backoff, 100ms",
        "stop-grace, 0s",
        "refreshes, 1",
        "require-auth, 'scram-sha-256, !md5'",
        "log-level, TRACE",
        "tracing-endpoint, https://collector.example.com/otlp",
    })
    void theBoundsThemselvesAreFine(String setting, String value) {
        assertThatCode(() -> Settings.check(config(Map.of("matview." + setting, value))))
                .doesNotThrowAnyException();
    }

    private static OperatorConfig config(Map<String, String> values) {
        return (OperatorConfig) Proxy.newProxyInstance(
                OperatorConfig.class.getClassLoader(),
                new Class<?>[] {OperatorConfig.class},
                (proxy, method, arguments) -> value(method, values));
    }

    private static Object value(Method method, Map<String, String> values) {
        var byDefault = method.getAnnotation(WithDefault.class);
        var name = "matview." + method.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        if (byDefault == null) {
            return Optional.ofNullable(values.get(name));
        }
        var text = values.getOrDefault(name, byDefault.value());
        return switch (method.getReturnType().getSimpleName()) {
            case "Duration" -> DurationConverter.parseDuration(text);
            case "int" -> Integer.valueOf(text);
            case "boolean" -> Boolean.valueOf(text);
            default -> text;
        };
    }
}
