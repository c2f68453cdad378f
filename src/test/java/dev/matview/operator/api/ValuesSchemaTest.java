package dev.matview.operator.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.core.util.Separators.Spacing;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The chart matview-refreshes takes the fields that the definition has. */
class ValuesSchemaTest {
    private static final Path FILE = Path.of("helm", "matview-refreshes", "values.schema.json");

    private final ObjectMapper json = new ObjectMapper();

    @Test
    void theChartsValuesAreTheFieldsOfTheDefinition() throws IOException {
        var schema = (ObjectNode) json.readTree(FILE.toFile());
        var fields = new ValuesSchema().of(spec());
        for (String name : List.of("labels", "annotations")) {
            assertThat(fields.get("properties").has(name)).as("spec." + name).isFalse();
            fields.withObject("/properties").putObject(name).put("$ref", "#/$defs/" + name);
        }
        schema.withObject("/$defs")
                .set("refresh", fields.put("description", "The fields of spec, labels, annotations."));
        new CommittedFile(FILE, "make crds").mustBe(text(schema));
    }

    private ObjectNode spec() {
        var schema = GeneratedDefinition.generate()
                .getSpec()
                .getVersions()
                .getFirst()
                .getSchema()
                .getOpenAPIV3Schema();
        return new KubernetesSerialization()
                .convertValue(GeneratedDefinition.property(schema, "spec"), ObjectNode.class);
    }

    private String text(ObjectNode schema) throws IOException {
        var separators = Separators.createDefaultInstance().withObjectFieldValueSpacing(Spacing.AFTER);
        var lines = new DefaultPrettyPrinter(separators);
        lines.indentArraysWith(new DefaultIndenter("  ", "\n"));
        lines.indentObjectsWith(new DefaultIndenter("  ", "\n"));
        return json.writer(lines).writeValueAsString(schema) + "\n";
    }
}
