package dev.matview.operator.controller;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When something that did not work may be tried again; kept in memory alone, so that looking again writes nothing.
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

    boolean closed(Instant now) {
        return notBefore != null && now.isBefore(notBefore);
    }
}
