package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** An index of the view. */
public record IndexSpec(
        @JsonProperty(required = true)
        @Required
        @Size(min = 1, max = 32)
        @JsonPropertyDescription("Its columns in their order, each exactly as the definition names it.")
        List<@Size(min = 1, max = 63) String> columns,

        @Default("false") @JsonPropertyDescription("""
                Whether no two rows may be equal in all of them. A concurrent refresh needs one that is.""") boolean unique) {

    @SuppressWarnings("ConstantValue")
    public IndexSpec {
        columns = columns == null ? List.of() : List.copyOf(columns);
    }
}
