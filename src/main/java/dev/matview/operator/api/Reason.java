package dev.matview.operator.api;

import org.jspecify.annotations.Nullable;

/**
 * Why something is not as it should be, in the one word that conditions, the history and events carry. The words are
 * part of the API: a new one may come, none changes its meaning.
 */
public enum Reason {
    /** The stored resource holds what this version does not know. */
    UNREADABLE_SPEC("UnreadableSpec", FailureClass.CANNOT_WORK),
    /** A value of the resource that the API server let pass can't be used. */
    INVALID_SPEC("InvalidSpec", FailureClass.CANNOT_WORK),
    /** An older resource manages the same view. */
    ALREADY_MANAGED("AlreadyManaged", FailureClass.CANNOT_WORK),
    /** A Secret or ConfigMap that the resource names does not exist, or the operator may not read it. */
    SECRET_MISSING("SecretMissing", FailureClass.CANNOT_WORK),
    /** The Secret lacks what a connection takes, or holds what can't be used. */
    SECRET_INVALID("SecretInvalid", FailureClass.CANNOT_WORK),
    /** The resource names another host, port or database than its Secret. */
    OVERRIDE_REFUSED("OverrideRefused", FailureClass.CANNOT_WORK),
    /** The host is one that the operator must not connect to, such as its own loopback. */
    HOST_REFUSED("HostRefused", FailureClass.CANNOT_WORK),
    /** The server refused the user or its password. */
    AUTHENTICATION_FAILED("AuthenticationFailed", FailureClass.CANNOT_WORK),
    /** The server wants the password in a form that gives it away. */
    WEAK_AUTHENTICATION("WeakAuthentication", FailureClass.CANNOT_WORK),
    /** There is no such database on the server. */
    DATABASE_MISSING("DatabaseMissing", FailureClass.CANNOT_WORK),
    /** There is no relation of that schema and name. */
    VIEW_MISSING("ViewMissing", FailureClass.CANNOT_WORK),
    /** The name belongs to something else: a table, a plain view. */
    NOT_A_MATERIALIZED_VIEW("NotAMaterializedView", FailureClass.CANNOT_WORK),
    /** The user may not refresh the view, or its owner may not read what it reads. */
    PERMISSION_DENIED("PermissionDenied", FailureClass.CANNOT_WORK),
    /** No unique index that a concurrent refresh could use. */
    NO_UNIQUE_INDEX("NoUniqueIndex", FailureClass.CANNOT_WORK),
    /** The mode would turn the materialized view into a facade, which the resource does not allow. */
    ADOPTION_NOT_ALLOWED("AdoptionNotAllowed", FailureClass.CANNOT_WORK),
    /** Something of the view or on it can't be carried over to the relation that takes its place. */
    REPLACEMENT_REFUSED("ReplacementRefused", FailureClass.CANNOT_WORK),
    /** The server can't do what was asked, in the state that the view is in. */
    NOT_SUPPORTED("NotSupported", FailureClass.CANNOT_WORK),
    /** The server does not know one of the resource's settings, or refuses its value. */
    INVALID_SETTING("InvalidSetting", FailureClass.CANNOT_WORK),
    /** The view's query no longer works: something that it reads is gone or has changed. */
    DEFINITION_BROKEN("DefinitionBroken", FailureClass.CANNOT_WORK),
    /** The resource has a definition, and the operator runs without allowing any. */
    DEFINITIONS_NOT_ALLOWED("DefinitionsNotAllowed", FailureClass.CANNOT_WORK),
    /** The resource's definition is not one SELECT that the server takes, or an index does not fit it. */
    INVALID_DEFINITION("InvalidDefinition", FailureClass.CANNOT_WORK),
    /** The resource wants a CronJob, and the operator runs without the right to keep any. */
    CRON_JOBS_DISABLED("CronJobsDisabled", FailureClass.CANNOT_WORK),
    /** The API server refuses the CronJob or a Job of it, or its name belongs to somebody else's. */
    CRON_JOB_REFUSED("CronJobRefused", FailureClass.CANNOT_WORK),
    /** So many runs in a row have failed that the resource wants none any more; never a run's own reason. */
    SUSPENDED_BY_FAILURES("SuspendedByFailures", FailureClass.CANNOT_WORK),

    /** No answer from the database, or the connection was lost. */
    UNREACHABLE("Unreachable", FailureClass.UNREACHABLE),
    /** No TLS, or a certificate that was not accepted. */
    TLS_FAILED("TlsFailed", FailureClass.UNREACHABLE),
    /** The server is a standby. */
    NOT_PRIMARY("NotPrimary", FailureClass.UNREACHABLE),
    /** The server has no connection left for the user. */
    TOO_MANY_CONNECTIONS("TooManyConnections", FailureClass.UNREACHABLE),
    /** The Secret has just changed, and the server does not take its password yet. */
    CREDENTIALS_ROTATING("CredentialsRotating", FailureClass.UNREACHABLE),
    /** The node could not get the image of the Job's pod. */
    IMAGE_NOT_PULLED("ImageNotPulled", FailureClass.UNREACHABLE),
    /** No node had room for the Job's pod. */
    POD_NOT_SCHEDULED("PodNotScheduled", FailureClass.UNREACHABLE),
    /** The node could not start the container of the Job's pod, or nobody made the pod. */
    POD_NOT_STARTED("PodNotStarted", FailureClass.UNREACHABLE),
    /** The Job's pod had to leave its node. */
    POD_EVICTED("PodEvicted", FailureClass.UNREACHABLE),
    /** The node of the Job's pod is gone. */
    NODE_LOST("NodeLost", FailureClass.UNREACHABLE),
    /** The Job's pod was deleted before it reported. */
    POD_DELETED("PodDeleted", FailureClass.UNREACHABLE),

    /** Somebody held a lock on the view for the whole run. */
    VIEW_BUSY("ViewBusy", FailureClass.BUSY),
    /** Another refresh of the view was under way for the whole run. */
    REFRESH_IN_PROGRESS("RefreshInProgress", FailureClass.BUSY),

    /** The new content has rows that a unique index does not allow. */
    DUPLICATE_ROWS("DuplicateRows", FailureClass.DATA),
    /** The query fails on the data: a division by zero, a value out of range. */
    DATA_ERROR("DataError", FailureClass.DATA),
    /** The server reported an error that none of the others covers. */
    REFRESH_FAILED("RefreshFailed", FailureClass.DATA),

    /** The run took longer than {@code timeouts.refresh}, or somebody cancelled the statement. */
    REFRESH_TIMEOUT("RefreshTimeout", FailureClass.LIMITS),
    /** The server's disk is full, or {@code temp_file_limit} is reached. */
    DISK_FULL("DiskFull", FailureClass.LIMITS),
    /** The server ran out of memory. */
    OUT_OF_MEMORY("OutOfMemory", FailureClass.LIMITS),
    /** A limit of the server's configuration is reached, such as {@code temp_file_limit}. */
    LIMIT_EXCEEDED("LimitExceeded", FailureClass.LIMITS),
    /** The Job's pod used more memory than its limit. */
    POD_OUT_OF_MEMORY("PodOutOfMemory", FailureClass.LIMITS),
    /** The Job took longer than its deadline. */
    DEADLINE_EXCEEDED("DeadlineExceeded", FailureClass.LIMITS),
    /** Somebody deleted the Job, before or while it ran. */
    JOB_DELETED("JobDeleted", FailureClass.LIMITS),
    /** The Job's pod ended without a result that can be read. */
    RESULT_MISSING("ResultMissing", FailureClass.LIMITS),

    /** The operator, or the Job's pod, was stopped during the run. */
    INTERRUPTED("Interrupted", FailureClass.INTERRUPTED);

    private final String value;
    private final FailureClass failureClass;

    Reason(String value, FailureClass failureClass) {
        this.value = value;
        this.failureClass = failureClass;
    }

    /** The word that the status uses. */
    public String value() {
        return value;
    }

    public FailureClass failureClass() {
        return failureClass;
    }

    /** The reason of that word; null for null and for a word that this version does not know. */
    public static @Nullable Reason of(@Nullable String value) {
        for (Reason reason : values()) {
            if (reason.value.equals(value)) {
                return reason;
            }
        }
        return null;
    }
}
