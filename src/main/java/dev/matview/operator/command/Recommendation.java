package dev.matview.operator.command;

import dev.matview.operator.api.ByteSize;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.ViewFacts;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The mode that suits a view, as far as the catalog shows.
 *
 * @param reason why, for people
 */
record Recommendation(RefreshMode mode, String reason) {
    /** From here on it is felt that a concurrent refresh compares all rows. */
    private static final long LARGE_BYTES = 100L << 20;

    private static final long LARGE_ROWS = 1_000_000;

    private static final String BECOMES =
            "; its first refresh turns it into a plain view on two materialized views, which take twice the disk";

    /** Whether BlueGreen would suit it, if nothing speaks against an adoption. */
    static boolean callsForBlueGreen(ViewFacts facts) {
        return facts.facade() == null && (facts.usableUniqueIndex() == null || size(facts) != null);
    }

    /** @param objection to an adoption by BlueGreen, or null when nothing speaks against it */
    static Recommendation of(ViewFacts facts, @Nullable Failure objection) {
        if (facts.facade() != null) {
            return new Recommendation(RefreshMode.BLUE_GREEN, "is a plain view on two materialized views already");
        }
        String index = facts.usableUniqueIndex();
        String size = size(facts);
        String empty = facts.populated() ? "" : "holds no data yet, so its first refresh is a plain one; ";
        if (index == null && objection != null) {
            return new Recommendation(
                    RefreshMode.STANDARD,
                    empty + "without a usable unique index" + defects(facts) + " readers wait during a refresh;"
                            + " BlueGreen can't adopt it: " + objection.message());
        } else if (index == null) {
            return new Recommendation(
                    RefreshMode.BLUE_GREEN,
                    "lets readers go on reading without a usable unique index" + defects(facts) + BECOMES);
        } else if (size != null && objection == null) {
            return new Recommendation(
                    RefreshMode.BLUE_GREEN,
                    size + ", which a concurrent refresh takes several times as long for" + BECOMES);
        }
        return new Recommendation(
                RefreshMode.CONCURRENT,
                empty + "unique index \"" + index + "\" lets readers go on reading"
                        + (size == null ? "" : "; " + size + ", so it takes several times as long as a plain refresh"));
    }

    private static String defects(ViewFacts facts) {
        return facts.uniqueIndexes().isEmpty()
                ? ""
                : facts.uniqueIndexes().stream()
                        .map(index -> "\"" + index.name() + "\" " + index.defect())
                        .collect(Collectors.joining("; ", " (", ")"));
    }

    /** What is large about it, or null. */
    private static @Nullable String size(ViewFacts facts) {
        Long bytes = facts.sizeBytes();
        Long rows = facts.rows();
        if (bytes != null && bytes >= LARGE_BYTES) {
            return "large (" + ByteSize.format(bytes) + ")";
        }
        return rows != null && rows >= LARGE_ROWS ? "many rows (" + rows + ")" : null;
    }
}
