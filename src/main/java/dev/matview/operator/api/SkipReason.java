package dev.matview.operator.api;

import org.jspecify.annotations.Nullable;

/** Why a run was left out although nothing was wrong, in the one word that the history and events carry. */
public enum SkipReason {
    /** Another run answers the same scheduled time. */
    COALESCED("Coalesced"),
    /** A refresh would not have changed the view. */
    UNCHANGED("Unchanged"),
    /** There is no view yet, and the resource waits for it; the same word as the failure's where it does not. */
    VIEW_MISSING("ViewMissing");

    private final String value;

    SkipReason(String value) {
        this.value = value;
    }

    /** The word that the status uses. */
    public String value() {
        return value;
    }

    /** The reason of that word; null for null and for a word that this version does not know. */
    public static @Nullable SkipReason of(@Nullable String value) {
        for (SkipReason reason : values()) {
            if (reason.value.equals(value)) {
                return reason;
            }
        }
        return null;
    }
}
