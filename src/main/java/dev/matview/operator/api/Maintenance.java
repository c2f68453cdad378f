package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether a command of maintenance is run after a refresh. */
public enum Maintenance {
    /** When the refresh makes it worth while. */
    @JsonProperty("Auto")
    AUTO,
    /** After each one. */
    @JsonProperty("Always")
    ALWAYS,
    /** Left to autovacuum, or to whoever looks after the database. */
    @JsonProperty("Never")
    NEVER
}
