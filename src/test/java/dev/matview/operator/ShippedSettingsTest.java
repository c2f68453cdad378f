package dev.matview.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.controller.OperatorConfig;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The chart and the manifests that are rendered from it, against the operator's settings. */
class ShippedSettingsTest {
    @Test
    void theChartHasAValueForEverySetting() throws IOException {
        String templates;
        try (var files = Files.list(Path.of("helm", "matview-operator", "templates"))) {
            templates = files.map(ShippedSettingsTest::text).collect(Collectors.joining());
        }
        assertThat(settings()).allSatisfy(setting -> assertThat(templates).contains("- name: " + name(setting) + "\n"));
    }

    @Test
    void itsDefaultsAreTheOperatorsOwn() throws IOException {
        var deployed = environment();
        assertThat(settings().filter(setting -> setting.isAnnotationPresent(WithDefault.class)))
                .isNotEmpty()
                .allSatisfy(setting -> {
                    if (deployed.containsKey(name(setting))) {
                        assertThat(deployed)
                                .containsEntry(
                                        name(setting),
                                        setting.getAnnotation(WithDefault.class).value());
                    }
                });
        assertThat(deployed).containsKeys("MATVIEW_REFRESHES", "MATVIEW_REQUIRE_AUTH");
    }

    private static Map<String, String> environment() throws IOException {
        var documents = Files.readString(Path.of("deploy", "base", "operator.yaml"));
        return Pattern.compile("(?m)^---$")
                .splitAsStream(documents)
                .filter(document -> document.contains("\nkind: Deployment\n"))
                .map(document -> Serialization.unmarshal(document, Deployment.class))
                .flatMap(deployment ->
                        deployment.getSpec().getTemplate().getSpec().getContainers().getFirst().getEnv().stream())
                .filter(variable -> variable.getValue() != null)
                .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
    }

    private static Stream<Method> settings() {
        return Stream.of(OperatorConfig.class.getMethods());
    }

    private static String name(Method setting) {
        return "MATVIEW_" + setting.getName().replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
