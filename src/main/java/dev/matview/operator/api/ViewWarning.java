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

    /** The unique index of a concurrent refresh has columns in which there are NULLs. */
    public static final String NULLS_IN_UNIQUE_KEY = "NullsInUniqueKey";

    /** The query calls functions that give another value each time, and a concurrent refresh finds every row changed. */
    public static final String VOLATILE_COLUMNS = "VolatileColumns";

    /** The query calls functions that rely on the session's search_path, which PostgreSQL 17 empties for REFRESH. */
    public static final String UNPINNED_FUNCTIONS = "UnpinnedFunctions";

    /** Concurrent refreshes have left more dead rows than there are live ones. */
    public static final String DEAD_ROWS = "DeadRows";

    /** A concurrent refresh takes far longer than another one would. */
    public static final String SLOW_CONCURRENT_REFRESH = "SlowConcurrentRefresh";

    /** The view is not what the resource's definition says. */
    public static final String DEFINITION_DRIFT = "DefinitionDrift";

    /** The view and one that it reads each read the other, by way of plain views. */
    public static final String CIRCULAR_UPSTREAMS = "CircularUpstreams";

    /** Whether it is could not be found out. */
    public static final String DEFINITION_NOT_COMPARED = "DefinitionNotCompared";

    /** The objective for freshness is not longer than the time between two scheduled times. */
    public static final String FRESHNESS_SHORTER_THAN_SCHEDULE = "FreshnessShorterThanSchedule";
}
