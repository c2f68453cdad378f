package dev.matview.operator.controller;

import dev.matview.operator.api.Condition;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.RefreshRecord;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When something that did not work may be tried again. Kept in memory, so that looking again writes nothing; that of a run
 * which could not reach its database is in the status too.
 *
 * @param generation the generation that was tried, or null for none since the operator started
 * @param request the token that was tried, or null
 * @param failures so many in a row
 * @param notBefore the earliest time of the next try, or null for at once
 */
record Gate(
        @Nullable Long generation,
        @Nullable String request,
        int failures,
        @Nullable Instant notBefore) {
    static final Gate OPEN = new Gate(null, null, 0, null);

    /** The one that a status tells of: after a restart the next try is no earlier than it was to be. */
    static Gate of(MaterializedViewRefreshStatus status) {
        Condition ready = status.condition(Conditions.READY);
        RefreshRecord last = status.lastRefresh();
        if (status.nextRetryTime() == null || ready == null || last == null) {
            return OPEN;
        }
        int retries = status.retries() == null ? 0 : Math.toIntExact(Math.min(status.retries(), 1_000));
        return new Gate(ready.observedGeneration(), last.request(), retries + 1, status.nextRetryTime());
    }

    /** The same, but at once. */
    Gate opened() {
        return new Gate(generation, request, failures, null);
    }

    boolean closed(Instant now) {
        return notBefore != null && now.isBefore(notBefore);
    }
}
