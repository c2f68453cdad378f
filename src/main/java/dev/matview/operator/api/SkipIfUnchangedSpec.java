package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** When runs on schedule are skipped. */
@ValidationRule(
        value = "self.maxStaleness.matches('" + Durations.PATTERN
                + "') && duration(self.maxStaleness) >= duration('1s')"
                + " && duration(self.maxStaleness) <= duration('8760h')",
        message = "skipIfUnchanged.maxStaleness is one number and one unit (ms, s, m or h), from 1s to 8760h",
        fieldPath = ".maxStaleness")
public record SkipIfUnchangedSpec(
        @JsonProperty(required = true)
        @Required
        @Size(max = 12)
        @Pattern(Durations.PATTERN)
        @JsonPropertyDescription("""
                The longest time between two refreshes on schedule, such as 24h: a run is only skipped if the next one \
                is due before that time has passed since the last real refresh, so it should be some times the interval \
                of the schedules. It covers what can't be seen from within the database, such as a \
                new version of a collation or of the time zone data. One number and one unit: ms, s, m or h.""")
        String maxStaleness) {

    public SkipIfUnchangedSpec {
        Durations.parse(maxStaleness);
    }
}
