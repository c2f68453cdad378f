package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** Names a Secret of the resource's own namespace. */
public record SecretReference(
        @JsonProperty(required = true)
        @Required
        @Size(min = 1, max = 253)
        @Pattern(SpecRules.OBJECT_NAME)
        @JsonPropertyDescription("Name of a Secret in the namespace of this resource.")
        String name) {}
