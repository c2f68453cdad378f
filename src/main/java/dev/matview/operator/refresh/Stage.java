package dev.matview.operator.refresh;

/** What a run does, one thing after the other; some of it more than once, where it has to begin anew. */
public enum Stage {
    /** It waits for a place in the pool, and logs in. */
    CONNECT("connect"),
    /** It looks whether the refresh would work, and whether it is needed. */
    PREFLIGHT("preflight"),
    /** It waits for its turn. */
    WAIT("wait"),
    /** It refreshes, with all attempts that this takes. */
    REFRESH("refresh"),
    /** It analyzes or vacuums what it refreshed. */
    MAINTENANCE("maintenance"),
    /** It tells those who listen in the database. */
    NOTIFY("notify");

    private final String value;

    Stage(String value) {
        this.value = value;
    }

    /** As traces name it. */
    public String value() {
        return value;
    }
}
