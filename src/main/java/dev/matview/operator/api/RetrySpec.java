package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** How a run that could not reach its database is tried again. */
@ValidationRule(
        value = "!has(self.backoff) || (self.backoff.matches('" + Durations.PATTERN
                + "') && duration(self.backoff) >= duration('100ms') && duration(self.backoff) <= duration('24h'))",
        message = "retry.backoff is one number and one unit (ms, s, m or h), from 100ms to 24h",
        fieldPath = ".backoff")
@ValidationRule(
        value = "!has(self.maxBackoff) || (self.maxBackoff.matches('" + Durations.PATTERN
                + "') && duration(self.maxBackoff) >= duration('100ms')"
                + " && duration(self.maxBackoff) <= duration('24h'))",
        message = "retry.maxBackoff is one number and one unit (ms, s, m or h), from 100ms to 24h",
        fieldPath = ".maxBackoff")
@ValidationRule(
        value = "!has(self.backoff) || !has(self.maxBackoff) || !self.backoff.matches('" + Durations.PATTERN
                + "') || !self.maxBackoff.matches('" + Durations.PATTERN
                + "') || duration(self.backoff) <= duration(self.maxBackoff)",
        message = "retry.backoff, the first pause, is not longer than retry.maxBackoff, the longest",
        fieldPath = ".backoff")
public record RetrySpec(
        @Default("5") @Min(0) @Max(1000) @JsonPropertyDescription("""
                How many times in a row a run for one scheduled time, or for one request, is tried again; 0 for not at \
                all. Then the run has failed, and the next try is at the next scheduled time or request. The first run \
                of a new resource, the filling of a view that holds no data and a run that follows an upstream go on \
                without a limit.""")
        Long limit,

        @Size(max = 12) @Pattern(Durations.PATTERN) @JsonPropertyDescription("""
                The first pause; each further one is twice as long. Pauses are made shorter by up to a quarter at \
                random, so that not all come at once. Absent: as the operator is set, 10s unless its admin has changed \
                that. One number and one unit: ms, s, m or h.""") @Nullable
        String backoff,

        @Size(max = 12) @Pattern(Durations.PATTERN) @JsonPropertyDescription("""
                The longest pause. Absent: as the operator is set, 5m unless its admin has changed that. One number and \
                one unit: ms, s, m or h.""") @Nullable
        String maxBackoff) {

    @SuppressWarnings("ConstantValue")
    public RetrySpec {
        limit = limit == null ? 5L : limit;
        if (backoff != null) {
            Durations.parse(backoff);
        }
        if (maxBackoff != null) {
            Durations.parse(maxBackoff);
        }
    }
}
