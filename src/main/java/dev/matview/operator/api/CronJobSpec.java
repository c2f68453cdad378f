package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/** What a resource may say about the pods of its CronJobs; all the rest of them is the operator's. */
public record CronJobSpec(
        @JsonPropertyDescription("""
                What the pod's container may use and asks for. Absent: what the operator's own settings give it. The \
                refresh itself works in the database's server, so this is about a small Java process.""") @Nullable ResourcesSpec resources,

        @Min(30) @Max(31536000) @JsonPropertyDescription("""
                How many seconds a Job may take, from its creation to its end: waiting for a node and for the image \
                included. Absent: timeouts.refresh and ten minutes more.""") @Nullable
        Long activeDeadlineSeconds) {

    public static final CronJobSpec DEFAULT = new CronJobSpec(null, null);
}
