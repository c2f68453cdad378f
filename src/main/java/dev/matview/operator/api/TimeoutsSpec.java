package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** Bounds on a run. */
@ValidationRule(
        value = "self.lock.matches('" + Durations.PATTERN + "') && duration(self.lock) >= duration('10ms')"
                + " && duration(self.lock) <= duration('60s')",
        message = "timeouts.lock is one number and one unit (ms, s, m or h), from 10ms to 60s",
        fieldPath = ".lock")
@ValidationRule(
        value = "self.refresh.matches('" + Durations.PATTERN + "') && duration(self.refresh) >= duration('1s')"
                + " && duration(self.refresh) <= duration('168h')",
        message = "timeouts.refresh is one number and one unit (ms, s, m or h), from 1s to 168h",
        fieldPath = ".refresh")
public record TimeoutsSpec(
        @Default("500ms") @Size(max = 12) @Pattern(Durations.PATTERN) @JsonPropertyDescription("""
                The longest single wait for a lock on the view, such as 500ms: readers queue behind it. A wait that \
                ends without the lock is repeated after a pause, within timeouts.refresh. One number and one unit: ms, \
                s, m or h.""")
        String lock,

        @Default("1h")
        @Size(max = 12)
        @Pattern(Durations.PATTERN)
        @JsonPropertyDescription(
                "The longest that one run may take, waits for locks included. One number and one unit: ms, s, m or h.")
        String refresh) {

    public static final TimeoutsSpec DEFAULT = new TimeoutsSpec("500ms", "1h");

    @SuppressWarnings("ConstantValue")
    public TimeoutsSpec {
        lock = lock == null ? "500ms" : lock;
        refresh = refresh == null ? "1h" : refresh;
        Durations.parse(lock);
        Durations.parse(refresh);
    }
}
