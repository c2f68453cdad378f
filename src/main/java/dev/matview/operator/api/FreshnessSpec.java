package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** How fresh the view is promised to be. */
@ValidationRule(
        value = "self.maxAge.matches('" + Durations.PATTERN + "') && duration(self.maxAge) >= duration('1s')"
                + " && duration(self.maxAge) <= duration('8760h')",
        message = "freshness.maxAge is one number and one unit (ms, s, m or h), from 1s to 8760h",
        fieldPath = ".maxAge")
public record FreshnessSpec(
        @JsonProperty(required = true)
        @Required
        @Size(max = 12)
        @Pattern(Durations.PATTERN)
        @JsonPropertyDescription("""
                How old the view's content may be at most, such as 90m, counted from status.lastSuccessTime. It should \
                be longer than the longest time between two scheduled times and a refresh together. One number and one \
                unit: ms, s, m or h.""")
        String maxAge) {

    public FreshnessSpec {
        Durations.parse(maxAge);
    }
}
