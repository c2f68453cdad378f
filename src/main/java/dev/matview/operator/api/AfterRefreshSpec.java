package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import org.jspecify.annotations.Nullable;

/** What follows a run. It happens outside the refresh's transaction, and can't undo it. */
public record AfterRefreshSpec(
        @Default("Auto") @JsonPropertyDescription("""
                Whether ANALYZE is run, which gives the planner statistics of the new content. Auto: after a refresh that \
                has written the view anew, in every mode but Concurrent. Always: after each. Never: left to \
                autovacuum.""") Maintenance analyze,

        @Default("Auto") @JsonPropertyDescription("""
                Whether VACUUM is run. Auto: with ANALYZE after a concurrent refresh, when it has left so many dead rows \
                that autovacuum would come by its own thresholds. Always: after each refresh, which also lets index-only \
                scans work at once on a view that was written anew. Never: left to autovacuum.""") Maintenance vacuum,

        // No component of a record can have that name.
        @JsonProperty("notify") @JsonPropertyDescription("""
                A NOTIFY with a payload in JSON, in the view's database: after the refresh was committed, and after what \
                analyze and vacuum ask for.""") @Nullable
        NotifySpec notification,

        @JsonPropertyDescription("""
                Keys that are deleted in Redis, after notify. Only on hosts that the operator allows (hooks.allowedHosts \
                of its chart).""") @Nullable RedisSpec redis,

        @JsonPropertyDescription("""
                An event that is posted over HTTP, after redis. Only to hosts that the operator allows \
                (hooks.allowedHosts of its chart).""") @Nullable WebhookSpec webhook) {

    /** What makes each refresh worth while, and no more. */
    public static final AfterRefreshSpec DEFAULT =
            new AfterRefreshSpec(Maintenance.AUTO, Maintenance.AUTO, null, null, null);

    @SuppressWarnings("ConstantValue")
    public AfterRefreshSpec {
        analyze = analyze == null ? Maintenance.AUTO : analyze;
        vacuum = vacuum == null ? Maintenance.AUTO : vacuum;
    }
}
