package dev.matview.operator.postgres.fingerprint;

import dev.matview.operator.postgres.ViewVersion;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a refresh, so that the next can be skipped when nothing has changed.
 *
 * @param since when it was read, by the server's clock: before the refresh
 * @param catalog stands for definitions, settings, and which server, database and tables these are
 * @param counters stands for how many rows of each table were written by then
 * @param view the view as the refresh left it
 * @param snapshot transactions that had ended when the content was known to be right, or null
 * @param refresh the refresh's own transaction ID; 0 when it had ended by then
 */
public record Fingerprint(
        Instant since,
        String catalog,
        String counters,
        ViewVersion view,
        @Nullable Snapshot snapshot,
        long refresh) {
    private static final String FORM = "1";
    private static final String SEPARATOR = "|";

    /** How long the refresh is ago that it was read for. */
    Duration age(Instant now) {
        return Duration.between(since, now);
    }

    /** The same, known to be right also at a later moment. */
    Fingerprint confirmed(Snapshot later) {
        return new Fingerprint(since, catalog, counters, view, later, 0);
    }

    /** One line of text for the status. */
    public String format() {
        return String.join(
                SEPARATOR,
                FORM,
                since.truncatedTo(ChronoUnit.MICROS).toString(),
                catalog,
                counters,
                view.format(),
                snapshot == null ? "" : snapshot.format(),
                Long.toString(refresh));
    }

    /** Reads what {@link #format} wrote; null for anything else, such as another version's. */
    public static @Nullable Fingerprint parse(@Nullable String text) {
        String[] parts = text == null ? new String[0] : text.split("\\|", -1);
        if (parts.length != 7 || !parts[0].equals(FORM)) {
            return null;
        }
        try {
            ViewVersion view = ViewVersion.parse(parts[4]);
            return view == null
                    ? null
                    : new Fingerprint(
                            Instant.parse(parts[1]),
                            parts[2],
                            parts[3],
                            view,
                            Snapshot.parse(parts[5]),
                            Long.parseLong(parts[6]));
        } catch (DateTimeException | NumberFormatException e) {
            return null;
        }
    }
}
