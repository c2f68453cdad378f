package dev.matview.operator.postgres;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One of the two materialized views behind a facade. */
public enum Side {
    /** The one that an adopted view becomes. */
    BLUE("__blue"),
    /** Its copy. */
    GREEN("__green");

    private static final int IDENTIFIER_BYTES = 63;

    private final String suffix;

    Side(String suffix) {
        this.suffix = suffix;
    }

    /** What is added to the facade's name. */
    public String suffix() {
        return suffix;
    }

    /** The other one. */
    public Side other() {
        return this == BLUE ? GREEN : BLUE;
    }

    /** Its name, in the schema of the facade. */
    public ViewName of(ViewName facade) {
        return new ViewName(facade.schema(), facade.name() + suffix);
    }

    /** The facade that has a side of that name, if there is one; null when the name is not one of a side. */
    static @Nullable ViewName facade(ViewName side) {
        for (Side each : values()) {
            String name = side.name();
            if (name.endsWith(each.suffix) && name.length() > each.suffix.length()) {
                return new ViewName(side.schema(), name.substring(0, name.length() - each.suffix.length()));
            }
        }
        return null;
    }

    /** Whether the names of both sides are ones that PostgreSQL does not cut off (manual, section 4.1.1). */
    public static boolean fit(ViewName facade) {
        return facade.name().getBytes(StandardCharsets.UTF_8).length + GREEN.suffix.length() <= IDENTIFIER_BYTES;
    }
}
