package dev.matview.operator.api;

import java.util.Locale;

/** Sizes for people. */
public final class ByteSize {
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};

    private ByteSize() {}

    /** As {@code pg_size_pretty} counts, in steps of 1024: {@code 8 kB}, {@code 1.2 GB}. */
    public static String format(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        String digits = value >= 10 || unit == 0
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.1f", value);
        return digits + " " + UNITS[unit];
    }
}
