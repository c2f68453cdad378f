package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a view is refreshed. */
public enum RefreshMode {
    /** {@code REFRESH MATERIALIZED VIEW}: fastest, needs no index, and blocks every reader while it runs. */
    @JsonProperty("Standard")
    STANDARD("Standard"),

    /** {@code REFRESH MATERIALIZED VIEW CONCURRENTLY}: blocks no reader, needs a usable unique index. */
    @JsonProperty("Concurrent")
    CONCURRENT("Concurrent"),

    /** The name is a plain view on one of two materialized views; the idle one is refreshed, then shown. */
    @JsonProperty("BlueGreen")
    BLUE_GREEN("BlueGreen"),

    /** A new materialized view is built beside the present one, and takes its place. */
    @JsonProperty("Swap")
    SWAP("Swap");

    private final String value;

    RefreshMode(String value) {
        this.value = value;
    }

    /** The word that manifests and the status use. */
    public String value() {
        return value;
    }
}
