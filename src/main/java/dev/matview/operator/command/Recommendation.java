package dev.matview.operator.command;

import dev.matview.operator.api.ByteSize;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.ViewFacts;
import java.util.stream.Collectors;

/**
 * The mode that suits a view, as far as the catalog shows.
 *
 * @param reason why, for people
 */
record Recommendation(RefreshMode mode, String reason) {
    /** From here on it is felt that a concurrent refresh compares all rows. */
    private static final long LARGE_BYTES = 100L << 20;

    private static final long LARGE_ROWS = 1_000_000;

    static Recommendation of(ViewFacts facts) {
        String index = facts.usableUniqueIndex();
        String empty = facts.populated() ? "" : "holds no data yet, so its first refresh is a plain one; ";
        if (index == null) {
            return new Recommendation(
                    RefreshMode.STANDARD,
                    empty + "without a usable unique index" + defects(facts) + " readers wait during a refresh");
        }
        return new Recommendation(
                RefreshMode.CONCURRENT,
                empty + "unique index \"" + index + "\" lets readers go on reading" + effort(facts));
    }

    private static String defects(ViewFacts facts) {
        return facts.uniqueIndexes().isEmpty()
                ? ""
                : facts.uniqueIndexes().stream()
                        .map(index -> "\"" + index.name() + "\" " + index.defect())
                        .collect(Collectors.joining("; ", " (", ")"));
    }

    private static String effort(ViewFacts facts) {
        Long bytes = facts.sizeBytes();
        Long rows = facts.rows();
        if (bytes != null && bytes >= LARGE_BYTES) {
            return "; large (" + ByteSize.format(bytes) + "), so it takes several times as long as a plain refresh";
        } else if (rows != null && rows >= LARGE_ROWS) {
            return "; many rows (" + rows + "), so it takes several times as long as a plain refresh";
        }
        return "";
    }
}
