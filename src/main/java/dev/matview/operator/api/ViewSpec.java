package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** Names the materialized view. */
@ValidationRule(value = SpecRules.NAME_BYTES, message = SpecRules.BYTES_MESSAGE, fieldPath = ".name")
@ValidationRule(value = SpecRules.SCHEMA_BYTES, message = SpecRules.BYTES_MESSAGE, fieldPath = ".schema")
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
        String name) {

    @SuppressWarnings("ConstantValue")
    public ViewSpec {
        schema = schema == null ? "public" : schema;
    }
}
