package dev.matview.operator.api;

/** What a failure means for what happens next. */
public enum FailureClass {
    /** Somebody else uses the view: tried again within the run, after a pause. */
    BUSY,
    /** The database could not be reached, or was lost: the run stays due and is tried again, more and more slowly. */
    UNREACHABLE,
    /** Nothing will work until the resource, its Secret or the catalog changes: looked at again at a slow pace. */
    CANNOT_WORK,
    /** The data does not fit the view: tried again at the next scheduled time. */
    DATA,
    /** A limit was reached, of time, disk or memory: tried again at the next scheduled time. */
    LIMITS,
    /** The operator ended during the run: the run is made up. */
    INTERRUPTED
}
