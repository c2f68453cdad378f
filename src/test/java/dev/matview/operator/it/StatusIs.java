package dev.matview.operator.it;

import dev.matview.operator.api.Condition;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import java.util.Objects;
import java.util.function.Predicate;

/** What a test waits for in a status. */
final class StatusIs {
    private StatusIs() {}

    static Predicate<MaterializedViewRefreshStatus> ready() {
        return status -> is(status, "Ready", "True") && settled(status);
    }

    static Predicate<MaterializedViewRefreshStatus> ready(String reason) {
        return ready().and(status -> reason(status, "Ready").equals(reason));
    }

    /** Nothing will happen until somebody changes something. */
    static Predicate<MaterializedViewRefreshStatus> stalled(String reason) {
        return status -> is(status, "Ready", "False")
                && is(status, "Stalled", "True")
                && status.condition("Reconciling") == null
                && reason(status, "Ready").equals(reason)
                && reason(status, "Stalled").equals(reason);
    }

    /** Valid, but its last run failed. */
    static Predicate<MaterializedViewRefreshStatus> failing(String reason) {
        return status -> is(status, "Ready", "False")
                && settled(status)
                && reason(status, "Ready").equals(reason);
    }

    /** Not validated yet, and not for want of trying. */
    static Predicate<MaterializedViewRefreshStatus> notValidatedYet(String reason) {
        return status -> is(status, "Ready", "False")
                && is(status, "Reconciling", "True")
                && status.condition("Stalled") == null
                && reason(status, "Ready").equals(reason);
    }

    /** The request of that token has its answer. */
    static Predicate<MaterializedViewRefreshStatus> answered(String token) {
        return status -> token.equals(status.lastHandledRefreshRequest());
    }

    static Predicate<MaterializedViewRefreshStatus> lastRefresh(String lastRefreshStatus) {
        return status -> lastRefreshStatus.equals(status.lastRefreshStatus());
    }

    static String message(MaterializedViewRefreshStatus status) {
        return Objects.requireNonNull(status.condition("Ready"), "Ready").message();
    }

    private static boolean settled(MaterializedViewRefreshStatus status) {
        return status.condition("Reconciling") == null && status.condition("Stalled") == null;
    }

    private static boolean is(MaterializedViewRefreshStatus status, String type, String value) {
        Condition condition = status.condition(type);
        return condition != null && condition.status().equals(value);
    }

    private static String reason(MaterializedViewRefreshStatus status, String type) {
        Condition condition = status.condition(type);
        return condition == null ? "" : condition.reason();
    }
}
