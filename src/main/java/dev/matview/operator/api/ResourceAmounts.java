package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.IntOrString;
import org.jspecify.annotations.Nullable;

/** Amounts of what a node has, as Kubernetes writes them: {@code 250m}, {@code 1}, {@code 128Mi}. */
@ValidationRule(
        value = "!has(self.cpu) || (isQuantity(string(self.cpu))"
                + " && quantity(string(self.cpu)).isGreaterThan(quantity('0')))",
        message = "cpu is a quantity above zero, such as 250m or 1",
        fieldPath = ".cpu")
@ValidationRule(
        value = "!has(self.memory) || (isQuantity(string(self.memory))"
                + " && !quantity(string(self.memory)).isLessThan(quantity('1Mi')))",
        message = "memory is a quantity of at least 1Mi, such as 128Mi (a lower-case m is a thousandth of a byte)",
        fieldPath = ".memory")
public record ResourceAmounts(
        @JsonPropertyDescription("Processor cores, such as 250m.") @Nullable
        IntOrString cpu,

        @JsonPropertyDescription("Bytes of memory, such as 128Mi.") @Nullable
        IntOrString memory) {}
