package dev.matview.operator.controller;

import dev.matview.operator.api.Condition;
import dev.matview.operator.api.Reason;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.refresh.Outcome;
import org.jspecify.annotations.Nullable;

/** What keeps a Job's pod from starting, as the status says it while that lasts. */
final class Obstacle {
    private Obstacle() {}

    /** The one that the status shows, or null. */
    static @Nullable Failure shown(StatusDraft status) {
        Condition ready = status.condition(Conditions.READY);
        Reason reason = ready == null ? null : Reason.of(ready.reason());
        boolean pod = reason == Reason.IMAGE_NOT_PULLED
                || reason == Reason.POD_NOT_SCHEDULED
                || reason == Reason.POD_NOT_STARTED;
        return ready == null || reason == null || !pod ? null : new Failure(reason, ready.message());
    }

    /** A Job that its deadline ended has a pod no longer: what kept that from starting was said before. */
    static Outcome.Failed behind(Outcome.Failed failed, StatusDraft status) {
        Failure obstacle = failed.failure().reason() == Reason.DEADLINE_EXCEEDED ? shown(status) : null;
        return obstacle == null ? failed : failed.because(obstacle);
    }
}
