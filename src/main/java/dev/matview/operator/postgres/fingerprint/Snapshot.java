package dev.matview.operator.postgres.fingerprint;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which transactions had ended at a moment, of the whole server (PostgreSQL manual, section 9.27.10, {@code
 * pg_current_snapshot}). Everything that changes a row or the catalog takes a transaction ID, and has it before the change
 * can be seen.
 *
 * @param next all IDs from this one on had not ended
 * @param underWay those below that had not either
 */
public record Snapshot(long next, Set<Long> underWay) {
    private static final int LONGEST = 200;
    private static final int MOST = 10_000;

    public Snapshot {
        underWay = Set.copyOf(underWay);
    }

    /** Reads {@code xmin:xmax:xip,...}; null for anything else. */
    static @Nullable Snapshot parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length != 3) {
            return null;
        }
        try {
            var underWay = new TreeSet<Long>();
            for (String id : parts[2].split(",", -1)) {
                if (!id.isEmpty()) {
                    underWay.add(Long.valueOf(id));
                }
            }
            return new Snapshot(Long.parseLong(parts[1]), underWay);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /**
     * Whether no transaction has ended since an earlier moment, but for one.
     *
     * @param known its ID, or 0 for none
     */
    boolean isQuietSince(Snapshot earlier, long known) {
        if (next < earlier.next || next - earlier.next > MOST) {
            return false;
        }
        for (long id : earlier.underWay) {
            if (hasEnded(id) && id != known) {
                return false;
            }
        }
        for (long id = earlier.next; id < next; id++) {
            if (hasEnded(id) && id != known) {
                return false;
            }
        }
        return true;
    }

    private boolean hasEnded(long id) {
        return id < next && !underWay.contains(id);
    }

    /** As {@link #parse} reads it; empty when it would be long, which is read as none. */
    String format() {
        String ids = String.join(
                ",", new TreeSet<>(underWay).stream().map(String::valueOf).toList());
        String text = "0:" + next + ":" + ids;
        return text.length() > LONGEST ? "" : text;
    }
}
