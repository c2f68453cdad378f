package dev.matview.operator.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.operator.schedule.InvalidScheduleException;
import dev.matview.operator.schedule.Schedule;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of the definition and the scheduler read one language: what the one lets pass, the other understands. */
@ExtendWith(TestNamespaceExtension.class)
class ScheduleRulesIT {
    private static final int AT_ONCE = 8;

    /** The first two columns of the cases: the expression, which may be quoted, and the time zone. */
    private static final Pattern CASE = Pattern.compile("(?:\"([^\"]*)\"|([^,]*)),([^,]*),.*");

    private static final Pattern BOUND = Pattern.compile("Too long|Too many|must be of type");

    private final TestNamespace namespace;

    ScheduleRulesIT(TestNamespace namespace) {
        this.namespace = namespace;
    }

    @Test
    void everyExpressionThatTheCronJobControllerReadsIsAccepted() throws IOException {
        var expressions = cases().stream()
                .map(c -> Objects.requireNonNullElse(c.group(1), c.group(2)))
                .distinct()
                .toList();
        assertThat(expressions).hasSizeGreaterThan(500);
        for (int i = 0; i < expressions.size(); i += AT_ONCE) {
            var batch = expressions.subList(i, Math.min(i + AT_ONCE, expressions.size()));
            assertThatCode(() -> apply(batch, "Etc/UTC")).as("%s", batch).doesNotThrowAnyException();
        }
    }

    @Test
    void everyTimeZoneOfTheCasesIsAccepted() throws IOException {
        var zones = cases().stream().map(c -> c.group(3)).distinct().toList();
        assertThat(zones).hasSizeGreaterThan(10).allSatisfy(zone -> apply(List.of(), zone));
    }

    @ParameterizedTest
    @MethodSource
    void theSchedulerReadsWhatIsValidAndRefusesWhatIsInvalid(SampleManifest sample) {
        List<String> schedules = field(sample, "schedules", List.of());
        String zone = field(sample, "timeZone", "Etc/UTC");
        if (sample.refusals().isEmpty()) {
            assertThat(Schedule.of(schedules, zone).expressions())
                    .as("%s", sample)
                    .hasSameSizeAs(schedules);
        } else {
            assertThatThrownBy(() -> Schedule.of(schedules, zone))
                    .as("%s", sample)
                    .isInstanceOf(InvalidScheduleException.class);
        }
    }

    /** All but those that break a bound of length, number or type, which the scheduler does not have. */
    static Stream<SampleManifest> theSchedulerReadsWhatIsValidAndRefusesWhatIsInvalid() {
        return Stream.of("valid-schedules", "valid-time-zones", "invalid-schedules", "invalid-time-zones")
                .flatMap(SampleManifest::ofFiles)
                .filter(sample -> sample.refusals().stream().noneMatch(BOUND.asPredicate()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"5-1 * * * *", "0 0 * DEC-JAN *", "0 0 * * SAT-SUN"})
    void aRangeThatRunsBackwardsIsLeftToTheScheduler(String expression) {
        apply(List.of(expression), "Etc/UTC");
        assertThatThrownBy(() -> Schedule.of(List.of(expression), "Etc/UTC"))
                .hasMessageContaining("ends before it starts");
    }

    @Test
    void eightExpressionsOfTheGreatestLengthAreWithinTheBudgetOfTheRule() {
        var longest = "0,".repeat(59) + "59 * * * *";
        assertThat(longest).hasSize(128);
        apply(Collections.nCopies(AT_ONCE, longest), "Etc/UTC");
    }

    private void apply(List<String> schedules, String zone) {
        namespace.dryRun(new GenericKubernetesResourceBuilder()
                .withApiVersion("matview.dev/v1alpha1")
                .withKind("MaterializedViewRefresh")
                .withNewMetadata()
                .withName("schedules")
                .endMetadata()
                .addToAdditionalProperties(
                        "spec",
                        Map.of(
                                "database",
                                Map.of("secretRef", Map.of("name", "db")),
                                "view",
                                Map.of("name", "totals"),
                                "schedules",
                                schedules,
                                "timeZone",
                                zone))
                .build());
    }

    private static <T> T field(SampleManifest sample, String name, T absent) {
        @Nullable T value = sample.resource().get("spec", name);
        return value == null ? absent : value;
    }

    private static List<MatchResult> cases() throws IOException {
        try (var files = Files.walk(Path.of("src", "test", "resources"))) {
            var file =
                    files.filter(f -> f.endsWith("cron-cases.csv")).findFirst().orElseThrow();
            return Files.readAllLines(file).stream()
                    .skip(1)
                    .flatMap(line -> CASE.matcher(line).results())
                    .toList();
        }
    }
}
