package dev.matview.operator.postgres;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is checked before a refresh, so that it fails with the fix and not with the server's error. */
public final class Preflight {
    private Preflight() {}

    /** Why the view can't be refreshed in that mode by that user, or null when nothing speaks against it. */
    public static @Nullable Failure check(ViewFacts facts, RefreshMode mode, String user) {
        ViewName view = facts.identity().view();
        if (!facts.owned() && !facts.maintained()) {
            return new Failure(
                    Reason.PERMISSION_DENIED,
                    "user \"" + user + "\" may not refresh " + view + ", which belongs to \"" + facts.owner()
                            + "\": GRANT \"" + facts.owner() + "\" to the user, make it the owner, or on PostgreSQL 17"
                            + " and later GRANT MAINTAIN on the view");
        }
        if (mode == RefreshMode.CONCURRENT && facts.usableUniqueIndex() == null) {
            return new Failure(
                    Reason.NO_UNIQUE_INDEX,
                    "a concurrent refresh of " + view + " needs a unique index on plain columns: " + unusable(facts)
                            + "CREATE UNIQUE INDEX ON " + view + " (...), or set spec.mode to Standard, which blocks"
                            + " readers");
        }
        return null;
    }

    /**
     * The mode that a run uses: a view that holds no data can't be refreshed concurrently, and has no readers to block
     * (PostgreSQL manual, REFRESH MATERIALIZED VIEW).
     */
    public static RefreshMode effectiveMode(ViewFacts facts, RefreshMode mode) {
        return facts.populated() ? mode : RefreshMode.STANDARD;
    }

    private static String unusable(ViewFacts facts) {
        return facts.uniqueIndexes().stream()
                .map(index -> "index \"" + index.name() + "\" " + index.defect() + "; ")
                .collect(Collectors.joining());
    }
}
