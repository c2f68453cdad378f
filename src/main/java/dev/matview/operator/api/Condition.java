package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A condition as the Kubernetes API conventions describe it. */
public record Condition(
        @JsonProperty(required = true) @Required @JsonPropertyDescription("Ready, Reconciling, Stalled or Fresh.")
        String type,

        @JsonProperty(required = true) @Required @JsonPropertyDescription("True, False or Unknown.")
        String status,

        @JsonPropertyDescription("The generation of the resource that it speaks of.") @Nullable
        Long observedGeneration,

        @JsonProperty(required = true) @Required @JsonPropertyDescription("When its status last changed.")
        Instant lastTransitionTime,

        @JsonProperty(required = true) @Required @JsonPropertyDescription("Why, as one word.")
        String reason,

        @JsonProperty(required = true) @Required @JsonPropertyDescription("Why, for people, and what to do about it.")
        String message) {}
