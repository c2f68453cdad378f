package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** Names one key of a Secret or ConfigMap of the resource's own namespace. */
public record KeyReference(
        @JsonProperty(required = true)
        @Required
        @Size(min = 1, max = 253)
        @Pattern(SpecRules.OBJECT_NAME)
        @JsonPropertyDescription("Name of the object in the namespace of this resource.")
        String name,

        @JsonProperty(required = true)
        @Required
        @Size(min = 1, max = 253)
        @Pattern("^[-._a-zA-Z0-9]+$")
        @JsonPropertyDescription("The key whose value is used, such as ca.crt.")
        String key) {}
