package dev.matview.operator.api;

/** Why a run was left out although nothing was wrong, in the one word that the history and events carry. */
public enum SkipReason {
    /** Another run answers the same scheduled time. */
    COALESCED("Coalesced"),
    /** A refresh would not have changed the view. */
    UNCHANGED("Unchanged");

    private final String value;

    SkipReason(String value) {
        this.value = value;
    }

    /** The word that the status uses. */
    public String value() {
        return value;
    }
}
