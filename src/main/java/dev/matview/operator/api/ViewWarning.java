package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;

/** Something about the view that works, but not as well as it could. */
public record ViewWarning(
        @JsonProperty(required = true) @Required @JsonPropertyDescription("What it is about, as one word.")
        String reason,

        @JsonProperty(required = true) @Required @JsonPropertyDescription("What was found, and what would help.")
        String message) {
    /** Runs are never skipped, though {@code skipIfUnchanged} asks for it. */
    public static final String CANNOT_SKIP = "CannotSkip";
}
