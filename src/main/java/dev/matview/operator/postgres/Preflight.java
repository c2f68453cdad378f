package dev.matview.operator.postgres;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is checked before a refresh, so that it fails with the fix and not with the server's error. */
public final class Preflight {
    private Preflight() {}

    /**
     * Why the view can't be refreshed in that mode by that user, or null when nothing speaks against it.
     *
     * @param adopt whether a materialized view may become a facade
     */
    public static @Nullable Failure check(ViewFacts facts, RefreshMode mode, boolean adopt, String user) {
        ViewName view = facts.identity().view();
        boolean replaces = mode == RefreshMode.BLUE_GREEN || mode == RefreshMode.SWAP || facts.facade() != null;
        if (!facts.owned() && replaces) {
            return new Failure(
                    Reason.PERMISSION_DENIED,
                    "user \"" + user + "\" may not replace " + view + ", which belongs to \"" + facts.owner()
                            + "\": GRANT \"" + facts.owner() + "\" to the user, or make it the owner");
        }
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
        if (mode == RefreshMode.BLUE_GREEN && facts.facade() == null) {
            return adoption(view, adopt);
        }
        return null;
    }

    private static @Nullable Failure adoption(ViewName view, boolean adopt) {
        if (!Side.fit(view)) {
            return new Failure(
                    Reason.REPLACEMENT_REFUSED,
                    "the name " + view + " is too long for mode BlueGreen, which adds \"" + Side.GREEN.suffix()
                            + "\" to it, and PostgreSQL has room for 63 bytes: rename the view, or choose another mode");
        } else if (!adopt) {
            return new Failure(
                    Reason.ADOPTION_NOT_ALLOWED,
                    view + " is a materialized view, which mode BlueGreen turns into a plain view on two: set"
                            + " spec.blueGreen.adopt to true to allow that, or choose another mode");
        }
        return null;
    }

    /**
     * The mode that a run uses: a view that holds no data can't be refreshed concurrently, and has no readers to block
     * (PostgreSQL manual, REFRESH MATERIALIZED VIEW). To BlueGreen that makes no difference.
     */
    public static RefreshMode effectiveMode(ViewFacts facts, RefreshMode mode) {
        return facts.populated() || mode == RefreshMode.BLUE_GREEN ? mode : RefreshMode.STANDARD;
    }

    private static String unusable(ViewFacts facts) {
        return facts.uniqueIndexes().stream()
                .map(index -> "index \"" + index.name() + "\" " + index.defect() + "; ")
                .collect(Collectors.joining());
    }
}
