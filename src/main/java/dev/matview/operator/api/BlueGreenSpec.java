package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;

/** What mode BlueGreen may do. */
public record BlueGreenSpec(
        @Default("false") @JsonPropertyDescription("""
                Allows that an existing materialized view becomes a plain view of the same name on two materialized \
                views, <name>__blue and <name>__green. Grants, comments, indexes and views that read it are kept. \
                Another mode turns it back.""") boolean adopt) {
    /** Allows nothing. */
    public static final BlueGreenSpec DEFAULT = new BlueGreenSpec(false);
}
