package dev.matview.operator.api;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as the resource writes them: one number and one unit, {@code ms}, {@code s}, {@code m} or {@code h}. */
public final class Durations {
    /** What {@link #parse} accepts. */
    public static final String PATTERN = "^([0-9]{1,9})(ms|s|m|h)$";

    private static final Pattern COMPILED = Pattern.compile(PATTERN);

    private Durations() {}

    /**
     * Reads such as {@code 500ms}.
     *
     * @throws IllegalArgumentException when the text is anything else; the message names it and the form that is needed
     */
    public static Duration parse(String text) {
        Matcher matcher = COMPILED.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a duration: write one number and one unit (ms, s, m or h), such as 500ms");
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }

    /** The duration for people, to two or three digits in the largest unit that fits: {@code 84ms}, {@code 2.7s}. */
    public static String format(Duration duration) {
        long millis = duration.toMillis();
        if (millis < 1_000) {
            return millis + "ms";
        } else if (millis < 60_000) {
            return number(millis / 1_000.0) + "s";
        } else if (millis < 3_600_000) {
            return number(millis / 60_000.0) + "m";
        }
        return number(millis / 3_600_000.0) + "h";
    }

    private static String number(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}
