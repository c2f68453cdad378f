package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** After which runs a hook is called. A run that was skipped is none of them: the view is as it was. */
public enum Occasion {
    /** After a refresh. */
    @JsonProperty("Success")
    SUCCESS,
    /** After a run that failed. */
    @JsonProperty("Failure")
    FAILURE,
    /** After both. */
    @JsonProperty("Always")
    ALWAYS;

    /** Whether a run that ended so is one of them. */
    public boolean includes(boolean success) {
        return this == ALWAYS || success == (this == SUCCESS);
    }
}
