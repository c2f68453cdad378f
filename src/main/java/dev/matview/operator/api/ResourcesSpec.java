package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** What a container may use and asks for. */
@ValidationRule(
        value = "!has(self.requests) || !has(self.requests.cpu) || !has(self.limits) || !has(self.limits.cpu)"
                + " || !isQuantity(string(self.requests.cpu)) || !isQuantity(string(self.limits.cpu))"
                + " || !quantity(string(self.requests.cpu)).isGreaterThan(quantity(string(self.limits.cpu)))",
        message = "cronJob.resources.requests.cpu is more than limits.cpu",
        fieldPath = ".requests")
@ValidationRule(
        value = "!has(self.requests) || !has(self.requests.memory) || !has(self.limits) || !has(self.limits.memory)"
                + " || !isQuantity(string(self.requests.memory)) || !isQuantity(string(self.limits.memory))"
                + " || !quantity(string(self.requests.memory)).isGreaterThan(quantity(string(self.limits.memory)))",
        message = "cronJob.resources.requests.memory is more than limits.memory",
        fieldPath = ".requests")
public record ResourcesSpec(
        @JsonPropertyDescription("What a node must have left for it.") @Nullable
        ResourceAmounts requests,

        @JsonPropertyDescription("What it may use at most.") @Nullable
        ResourceAmounts limits) {}
