package dev.matview.operator.schedule;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One of the five fields of a cron expression.
 *
 * @param label what it is called in messages
 * @param min the smallest value
 * @param max the largest value
 * @param names names that stand for the values from {@code min} on, in lower case; empty for a field of numbers only
 */
record CronField(String label, int min, int max, List<String> names) {
    static final CronField MINUTE = new CronField("minute", 0, 59, List.of());
    static final CronField HOUR = new CronField("hour", 0, 23, List.of());
    static final CronField DAY_OF_MONTH = new CronField("day of month", 1, 31, List.of());
    static final CronField MONTH = new CronField(
            "month",
            1,
            12,
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"));
    static final CronField DAY_OF_WEEK =
            new CronField("day of week", 0, 6, List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat"));

    private static final Pattern COMMA = Pattern.compile(",");
    private static final Pattern ITEM = Pattern.compile("(?<first>[^-/]+)(?:-(?<last>[^-/]+))?(?:/(?<step>[^-/]+))?");
    private static final Pattern NUMBER = Pattern.compile("\\+?0*[0-9]{1,9}");

    /** Reads a list of items; {@code expression} is the whole that it stands in, for the message of a refusal. */
    FieldValues parse(String list, String expression) {
        // An empty item counts for nothing, as in "1,,2".
        FieldValues values = COMMA.splitAsStream(list)
                .filter(item -> !item.isEmpty())
                .map(item -> parseItem(item, expression))
                .reduce(FieldValues.NONE, FieldValues::plus);
        if (values.equals(FieldValues.NONE)) {
            throw refusal(expression, list, "allows no value and would never fire; use *, or " + range());
        }
        return values;
    }

    private FieldValues parseItem(String item, String expression) {
        Matcher parts = ITEM.matcher(item);
        if (!parts.matches()) {
            throw refusal(
                    expression, item, "is not a value, range or step; use %d, %1$d-%d or */2".formatted(min, max));
        }
        boolean every = parts.group("first").matches("[*?]");
        boolean range = parts.group("last") != null;
        boolean stepped = parts.group("step") != null;
        if (every && range) {
            throw refusal(expression, item, "mixes * with a range; use * or %d-%d".formatted(min, max));
        }
        int first = every ? min : value(parts.group("first"), item, expression);
        // A step without a range runs to the end: 5/10 is 5-59/10.
        int end = every || stepped ? max : first;
        int last = range ? value(parts.group("last"), item, expression) : end;
        int step = stepped ? step(parts.group("step"), item, expression) : 1;
        if (first > last) {
            throw refusal(expression, item, "ends before it starts; use %d-%d,%d-%d".formatted(first, max, min, last));
        }
        return FieldValues.of(first, last, step, every && step == 1);
    }

    private int value(String text, String item, String expression) {
        int name = names.indexOf(text.toLowerCase(Locale.ROOT));
        int value = name < 0 ? number(text) : min + name;
        if (value < min || value > max) {
            throw refusal(expression, item, "contains %s; use %s".formatted(text, range()));
        }
        return value;
    }

    private int step(String text, String item, String expression) {
        int step = number(text);
        if (step < 1) {
            throw refusal(expression, item, "has the step %s; use a number from 1".formatted(text));
        }
        return step;
    }

    /** Minus one, which no field allows, if it is not a number. */
    private static int number(String text) {
        return NUMBER.matcher(text).matches() ? Integer.parseInt(text) : -1;
    }

    private String range() {
        return names.isEmpty()
                ? "%d to %d".formatted(min, max)
                : "%d (%s) to %d (%s)".formatted(min, names.getFirst(), max, names.getLast());
    }

    private InvalidScheduleException refusal(String expression, String part, String problemAndFix) {
        return InvalidScheduleException.schedule(expression, "%s \"%s\" %s".formatted(label, part, problemAndFix));
    }
}
