package dev.matview.operator.postgres;

import org.jspecify.annotations.Nullable;

/**
 * A materialized view at a moment: another value after each refresh, whoever made it, and after each change of the view
 * itself.
 *
 * @param oid its {@code pg_class.oid}
 * @param fileNode its {@code pg_class.relfilenode}: another after a plain refresh
 * @param changedBy the transaction that last changed its row in {@code pg_class}, which every refresh does
 */
public record ViewVersion(long oid, long fileNode, long changedBy) {
    /** One word for the status. */
    public String format() {
        return oid + "/" + fileNode + "/" + changedBy;
    }

    /** Reads what {@link #format} wrote; null for anything else. */
    public static @Nullable ViewVersion parse(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length != 3) {
            return null;
        }
        try {
            return new ViewVersion(Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]));
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
