package dev.matview.operator.controller;

import dev.matview.operator.api.AfterRefreshSpec;
import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.RedisSpec;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.api.WebhookSpec;
import dev.matview.operator.hook.Dialer;
import dev.matview.operator.hook.Event;
import dev.matview.operator.hook.HookFailedException;
import dev.matview.operator.net.Deadline;
import dev.matview.operator.postgres.FailureException;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The calls that one run of a resource leads to: Redis first, so that who is told by the webhook finds no old cache.
 *
 * @param run that has ended
 * @param redis or null for no call
 * @param webhook or null for no call
 */
record HookCalls(
        MaterializedViewRefresh resource,
        RefreshRecord run,
        @Nullable RedisSpec redis,
        @Nullable WebhookSpec webhook) {

    /** Those that the spec asks for after a run that ended so; null for none. */
    static @Nullable HookCalls of(MaterializedViewRefresh resource, RefreshRecord run) {
        boolean success = run.status().equals(Records.SUCCEEDED);
        AfterRefreshSpec spec = resource.getSpec().afterRefresh();
        RedisSpec redis = spec.redis() != null && spec.redis().when().includes(success) ? spec.redis() : null;
        WebhookSpec webhook = spec.webhook() != null && spec.webhook().when().includes(success) ? spec.webhook() : null;
        return redis == null && webhook == null ? null : new HookCalls(resource, run, redis, webhook);
    }

    /** Makes them, one after the other, and gives what did not work: ends of sentences that begin with "hook". */
    List<String> make(HookTargets targets, Dialer dialer, Clock clock, Deadline end) throws InterruptedException {
        var failures = new ArrayList<String>();
        if (redis != null) {
            attempt("Redis", failures, () -> targets.redis(redis).delete(dialer, end));
        }
        if (webhook != null) {
            attempt("webhook", failures, () -> targets.webhook(webhook).post(event(), dialer, clock, end));
        }
        return failures;
    }

    private static void attempt(String hook, List<String> failures, Call call) throws InterruptedException {
        try {
            call.make();
        } catch (HookFailedException e) {
            failures.add(hook + ": " + e.said());
        } catch (FailureException e) {
            failures.add(hook + ": " + e.failure().message());
        }
    }

    private Event event() {
        ObjectMeta metadata = resource.getMetadata();
        var view = resource.getSpec().view();
        return new Event(
                metadata.getUid(),
                new Event.Data(
                        metadata.getNamespace(),
                        metadata.getName(),
                        view.schema(),
                        view.name(),
                        run.status(),
                        run.trigger(),
                        run.scheduledTime(),
                        run.request(),
                        run.mode(),
                        run.startTime(),
                        Objects.requireNonNullElse(run.completionTime(), run.startTime()),
                        run.duration(),
                        run.rows(),
                        run.sizeBytes(),
                        run.reason(),
                        run.message(),
                        run.sqlState()));
    }

    @FunctionalInterface
    private interface Call {
        void make() throws HookFailedException, FailureException, InterruptedException;
    }
}
