package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;

/** What follows a refresh that has succeeded. It happens outside the refresh's transaction, and can't undo it. */
public record AfterRefreshSpec(
        @Default("Auto") @JsonPropertyDescription("""
                Whether ANALYZE is run, which gives the planner statistics of the new content. Auto: after a refresh that \
                has written the view anew, in every mode but Concurrent. Always: after each. Never: left to \
                autovacuum.""") Maintenance analyze,

        @Default("Auto") @JsonPropertyDescription("""
                Whether VACUUM is run. Auto: with ANALYZE after a concurrent refresh, when it has left so many dead rows \
                that autovacuum would come by its own thresholds. Always: after each refresh, which also lets index-only \
                scans work at once on a view that was written anew. Never: left to autovacuum.""") Maintenance vacuum) {

    /** What makes each refresh worth while, and no more. */
    public static final AfterRefreshSpec DEFAULT = new AfterRefreshSpec(Maintenance.AUTO, Maintenance.AUTO);

    @SuppressWarnings("ConstantValue")
    public AfterRefreshSpec {
        analyze = analyze == null ? Maintenance.AUTO : analyze;
        vacuum = vacuum == null ? Maintenance.AUTO : vacuum;
    }
}
