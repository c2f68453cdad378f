package dev.matview.operator.refresh;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * That a run on schedule may be skipped when nothing has changed.
 *
 * @param maxAge how old the last real refresh may be for a run to be skipped; not positive for never
 * @param fingerprint what was kept of the last run, or null when that did not go well
 */
public record SkipPolicy(Duration maxAge, @Nullable String fingerprint) {}
