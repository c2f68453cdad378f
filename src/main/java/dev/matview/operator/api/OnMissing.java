package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a run does about a view that does not exist. */
public enum OnMissing {
    /** It fails, and the resource says that it can't work. */
    @JsonProperty("Fail")
    FAIL,

    /** It is left out: the view is expected to come. */
    @JsonProperty("Skip")
    SKIP,

    /** It makes the view from the definition that the resource declares. */
    @JsonProperty("Create")
    CREATE
}
