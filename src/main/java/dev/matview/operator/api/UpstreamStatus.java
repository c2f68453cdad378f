package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A materialized view that the resource's own reads. */
public record UpstreamStatus(
        @JsonProperty(required = true) @Required @JsonPropertyDescription("Its schema.")
        String schema,

        @JsonProperty(required = true) @Required @JsonPropertyDescription("Its name.")
        String name,

        @JsonProperty(required = true) @Required @JsonPropertyDescription("""
                Whether a resource keeps it fresh. Nobody waits for one that nobody manages.""")
        boolean managed,

        @JsonPropertyDescription("The name of that resource, if it is in this namespace.") @Nullable
        String resource,

        @JsonPropertyDescription("When it was last refreshed as of this resource's last run.") @Nullable
        Instant refreshTime) {}
