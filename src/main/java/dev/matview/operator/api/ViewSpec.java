package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names the materialized view, and says what it is. */
@ValidationRule(value = SpecRules.NAME_BYTES, message = SpecRules.BYTES_MESSAGE, fieldPath = ".name")
@ValidationRule(value = SpecRules.SCHEMA_BYTES, message = SpecRules.BYTES_MESSAGE, fieldPath = ".schema")
@ValidationRule(
        value = "!has(self.indexes) || size(self.indexes) == 0 || has(self.definition)",
        message = "indexes are those of a view that definition declares: add that, or remove indexes",
        fieldPath = ".indexes")
@ValidationRule(
        value = "!has(self.definition) || size(bytes(self.definition)) <= 32768",
        message = "definition has at most 32768 bytes (an umlaut takes two)",
        fieldPath = ".definition")
public record ViewSpec(
        @Default("public")
        @Size(min = 1, max = 63)
        @Pattern(SpecRules.IDENTIFIER)
        @JsonPropertyDescription("The view's schema, exactly as in the catalog.")
        String schema,

        @JsonProperty(required = true)
        @Required
        @Size(min = 1, max = 63)
        @Pattern(SpecRules.IDENTIFIER)
        @JsonPropertyDescription("""
                The view's name, exactly as in the catalog: it is never folded to lower case, split at a dot or \
                unquoted.""")
        String name,

        @Size(min = 1, max = 32768) @Pattern(SpecRules.TEXT) @JsonPropertyDescription("""
                What the view is: one SELECT, without a semicolon. Names without a schema are looked for in pg_catalog and \
                in the view's schema, and nowhere else. Only where the operator allows definitions: who may write one \
                runs SQL as the Secret's user.""") @Nullable
        String definition,

        @Size(max = 16) @JsonPropertyDescription("Indexes that the view has at least; with definition.")
        List<IndexSpec> indexes) {

    @SuppressWarnings("ConstantValue")
    public ViewSpec {
        schema = schema == null ? "public" : schema;
        indexes = indexes == null ? List.of() : List.copyOf(indexes);
    }
}
