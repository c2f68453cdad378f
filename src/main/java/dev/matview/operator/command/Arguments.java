package dev.matview.operator.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A command line's options: {@code --name value}, {@code --name=value}, or {@code --name} alone. What can't be understood
 * may be a password in the wrong place, and is not shown.
 *
 * @param options what was given for each, in order; one that takes no value has the empty text
 */
record Arguments(Map<String, List<String>> options) {
    /**
     * Takes a command line apart.
     *
     * @param flags options without a value
     * @param valued options with one
     * @param shorts the long name of each short one
     */
    static Arguments parse(String[] line, Set<String> flags, Set<String> valued, Map<String, String> shorts)
            throws UsageException {
        var options = new HashMap<String, List<String>>();
        Iterator<String> words = Arrays.asList(line).iterator();
        while (words.hasNext()) {
            String word = words.next();
            int equals = word.startsWith("--") ? word.indexOf('=') : -1;
            String given = equals < 0 ? word : word.substring(0, equals);
            String name = shorts.getOrDefault(given, given);
            if (flags.contains(name) && equals < 0) {
                options.computeIfAbsent(name, n -> new ArrayList<>()).add("");
            } else if (!valued.contains(name)) {
                throw new UsageException(unknown(given));
            } else if (equals < 0 && !words.hasNext()) {
                throw new UsageException("option " + given + " needs a value");
            } else {
                String value = equals < 0 ? words.next() : word.substring(equals + 1);
                options.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
            }
        }
        return new Arguments(options);
    }

    private static String unknown(String given) {
        return given.matches("--?[a-z-]{1,30}")
                ? "there is no option " + given + ", or it takes no value"
                : "an argument is not understood (it is not shown): only options are";
    }

    boolean has(String flag) {
        return options.containsKey(flag);
    }

    /** All values of an option, in their order. */
    List<String> all(String option) {
        return List.copyOf(options.getOrDefault(option, List.of()));
    }

    /** The value of an option that is given at most once and not empty, or null when it is not given. */
    @Nullable
    String one(String option) throws UsageException {
        List<String> values = all(option);
        if (values.size() > 1) {
            throw new UsageException("option " + option + " is given more than once");
        } else if (values.contains("")) {
            throw new UsageException("the value of option " + option + " is empty");
        }
        return values.isEmpty() ? null : values.getFirst();
    }

    /** The constant that the option names, or the other one when it is not given. */
    <T> T choice(String option, Map<String, T> choices, T absent) throws UsageException {
        String given = one(option);
        T chosen = given == null ? absent : choices.get(given);
        if (chosen == null) {
            throw new UsageException("option " + option + " is one of "
                    + String.join(", ", choices.keySet().stream().sorted().toList()));
        }
        return chosen;
    }
}
