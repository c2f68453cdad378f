package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** A NOTIFY to those who LISTEN in the view's database (PostgreSQL manual, NOTIFY). */
@ValidationRule(value = "size(bytes(self.channel)) <= 63", message = SpecRules.BYTES_MESSAGE, fieldPath = ".channel")
public record NotifySpec(
        @JsonProperty(required = true)
        @Required
        @Size(min = 1, max = 63)
        @Pattern(SpecRules.IDENTIFIER)
        @JsonPropertyDescription("The channel, exactly as in LISTEN with quotes: it is never folded to lower case.")
        String channel,

        @Default("Success") @JsonPropertyDescription("""
                After which runs: Success, Failure or Always. A run that was skipped is none of them.""") Occasion when) {

    @SuppressWarnings("ConstantValue")
    public NotifySpec {
        when = when == null ? Occasion.SUCCESS : when;
    }
}
