package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a run does about a view that is not what the resource's definition says. */
public enum OnDrift {
    /** It says so, and refreshes the view as it is. */
    @JsonProperty("Report")
    REPORT,

    /** It makes the view what the definition says, as a replacement that readers do not notice. */
    @JsonProperty("Recreate")
    RECREATE
}
