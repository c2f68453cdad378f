package dev.matview.operator.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CrdFileTest {
    private static final String FILE = "materializedviewrefreshes.matview.dev.yaml";

    /** A chart and a kustomization can't reach outside of their folders: each has the file again. */
    @ParameterizedTest
    @ValueSource(strings = {"crds", "deploy/admin", "helm/matview-operator/files/crds"})
    void theCommittedDefinitionIsTheOneThatTheTypesSay(String folder) throws IOException {
        new CommittedFile(Path.of(folder, FILE), "make crds")
                .mustBe(DefinitionFile.text(GeneratedDefinition.generate()));
    }

    @Test
    void everyFieldIsDescribedInAWholeSentence() {
        assertThat(fields("", schema())).hasSizeGreaterThan(60).allSatisfy(field -> assertThat(field.description())
                .as(field.path())
                .isNotNull()
                .doesNotContain("null")
                .doesNotContain("  ")
                .matches("(?s)[A-Z].*[.]"));
    }

    @Test
    void everyStringAndListOfTheSpecHasABoundSoThatTheRulesHaveABoundedCost() {
        assertThat(fields("spec", GeneratedDefinition.property(schema(), "spec")))
                .allSatisfy(field -> {
                    switch (field.schema().getType()) {
                        case null -> // an integer or a string
                            assertThat(field.schema().getMaxLength())
                                    .as(field.path())
                                    .isNotNull();
                        case "string" ->
                            assertThat(field.schema().getMaxLength() != null
                                            || !field.schema().getEnum().isEmpty())
                                    .as(field.path())
                                    .isTrue();
                        case "array" ->
                            assertThat(field.schema().getMaxItems())
                                    .as(field.path())
                                    .isNotNull();
                        default -> {}
                    }
                });
    }

    @Test
    void everyRuleSaysWhatIsWantedInItsMessage() {
        assertThat(fields("", schema()))
                .anySatisfy(field ->
                        assertThat(field.schema().getXKubernetesValidations()).isNotEmpty())
                .allSatisfy(field -> assertThat(field.schema().getXKubernetesValidations())
                        .as(field.path())
                        .doesNotHaveDuplicates()
                        .allSatisfy(rule ->
                                assertThat(rule.getMessage()).as(rule.getRule()).isNotBlank()));
    }

    private static JSONSchemaProps schema() {
        return GeneratedDefinition.generate()
                .getSpec()
                .getVersions()
                .getFirst()
                .getSchema()
                .getOpenAPIV3Schema();
    }

    private record Field(String path, JSONSchemaProps schema) {
        String description() {
            return schema.getDescription();
        }
    }

    /** The properties under a schema, itself left out. */
    private static Stream<Field> fields(String path, JSONSchemaProps schema) {
        var items = schema.getItems() == null
                ? Stream.<Field>empty()
                : fields(path + "[]", schema.getItems().getSchema());
        var properties = schema.getProperties().entrySet().stream()
                .flatMap(e -> Stream.concat(
                        Stream.of(new Field(path + "." + e.getKey(), e.getValue())),
                        fields(path + "." + e.getKey(), e.getValue())));
        return Stream.concat(items, properties);
    }
}
