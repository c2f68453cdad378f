package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a resource does about the materialized views that its own reads. */
public enum UpstreamPolicy {
    /** Its run waits for theirs when they are due too. */
    @JsonProperty("Wait")
    WAIT,

    /** The same, and it is also due whenever one of them has been refreshed. */
    @JsonProperty("Follow")
    FOLLOW,

    /** Nothing. */
    @JsonProperty("Ignore")
    IGNORE
}
