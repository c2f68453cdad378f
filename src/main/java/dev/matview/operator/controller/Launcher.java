package dev.matview.operator.controller;

import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.ViewIdentity;
import dev.matview.operator.refresh.RunRequest;
import dev.matview.operator.refresh.Runs;
import dev.matview.operator.refresh.Trigger;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Starts what is next for a resource, in this process or in a Job. */
final class Launcher {
    /** The framework's timers are not made for long times: each resource is looked at this often, without a write. */
    private static final Duration LONGEST_SLEEP = Duration.ofMinutes(5);

    private final Runs<ResourceKey> runs;
    private final CronJobs cronJobs;
    private final SecretCredentials credentials;
    private final Clock clock;
    private final BiFunction<MaterializedViewRefresh, ViewIdentity, @Nullable Failure> admission;

    /** @param admission says, on a run's thread, why a view must be left alone, or null */
    Launcher(
            Runs<ResourceKey> runs,
            CronJobs cronJobs,
            SecretCredentials credentials,
            Clock clock,
            BiFunction<MaterializedViewRefresh, ViewIdentity, @Nullable Failure> admission) {
        this.runs = runs;
        this.cronJobs = cronJobs;
        this.credentials = credentials;
        this.clock = clock;
        this.admission = admission;
    }

    /** Starts what is next, and says when to look again. */
    Duration proceed(
            MaterializedViewRefresh resource, Pass pass, Delegation delegation, Children children, Instant now) {
        return switch (pass.next()) {
            case NextStep.Start _ when delegation.draining() && !delegation.toJobs() -> Runs.LONG;
            case NextStep.Start(Trigger trigger)
            when delegation.toJobs() ->
                cronJobs.start(resource, trigger, children, pass.status()) ? Runs.LONG : Duration.ofMillis(1);
            case NextStep.Start(Trigger trigger) -> {
                runs.start(request(resource, pass, trigger));
                yield LONGEST_SLEEP;
            }
            case NextStep.Held(Instant until) -> {
                runs.unprepare(ResourceKey.of(resource));
                yield clamped(Duration.between(now, until));
            }
            case NextStep.Wait(Instant until)
            when until != null -> {
                boolean scheduled = until.equals(pass.status().nextRefreshTime()) && !delegation.toJobs();
                yield scheduled ? preparing(resource, pass, until, now) : clamped(Duration.between(now, until));
            }
            case NextStep.Wait _, NextStep.Delegated _ -> LONGEST_SLEEP;
        };
    }

    /** Looks again shortly before a scheduled time, when it prepares the run, and then at that. */
    private Duration preparing(MaterializedViewRefresh resource, Pass pass, Instant scheduledTime, Instant now) {
        Duration left = Duration.between(now, scheduledTime);
        if (left.compareTo(Runs.LEAD) > 0) {
            return clamped(left.minus(Runs.LEAD));
        }
        runs.prepare(request(resource, pass, new Trigger.Schedule(scheduledTime)), scheduledTime);
        return clamped(left);
    }

    private static Duration clamped(Duration wait) {
        Duration inTime = wait.plusMillis(1);
        if (inTime.isNegative()) {
            return Duration.ofMillis(1);
        }
        return inTime.compareTo(LONGEST_SLEEP) < 0 ? inTime : LONGEST_SLEEP;
    }

    private RunRequest<ResourceKey> request(MaterializedViewRefresh resource, Pass pass, Trigger trigger) {
        Plan plan = pass.plan();
        var spec = plan.spec();
        return new RunRequest<>(
                ResourceKey.of(resource),
                resource.getMetadata().getGeneration(),
                trigger,
                plan.latestStart(trigger),
                () -> credentials.read(resource, spec.database()),
                plan.view(),
                identity -> admission.apply(resource, identity),
                plan.skipPolicy(pass.status().lastRefresh(), clock.instant()));
    }
}
