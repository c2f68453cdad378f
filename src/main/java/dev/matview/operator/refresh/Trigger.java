package dev.matview.operator.refresh;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Why something is run. */
public sealed interface Trigger {
    /** A scheduled time has come. */
    record Schedule(Instant scheduledTime) implements Trigger {}

    /** Somebody asked for it with that token; null for one who made a Job by hand, which carries none. */
    record Manual(@Nullable String request) implements Trigger {}

    /** A materialized view that this one reads has been refreshed. */
    record Upstream() implements Trigger {}

    /** The resource is new and wants it at once. */
    record Immediate() implements Trigger {}

    /** The view holds no data, so nobody can read it. */
    record Unpopulated() implements Trigger {}

    /** Only to see whether a refresh would work: the view is left alone. */
    record Check() implements Trigger {}
}
