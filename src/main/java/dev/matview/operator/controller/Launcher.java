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
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Starts what is next for a resource, in this process or in a Job. */
final class Launcher {
    /** The framework's timers are not made for long times: each resource is looked at this often, without a write. */
    private static final Duration LONGEST_SLEEP = Duration.ofMinutes(5);

    /** A run that starts by itself is looked for so long after its time, should there be no news of it by then. */
    private static final Duration STARTED = Duration.ofSeconds(1);

    private final Runs<ResourceKey> runs;
    private final CronJobs cronJobs;
    private final SecretCredentials credentials;
    private final Clock clock;
    private final BiFunction<MaterializedViewRefresh, ViewIdentity, @Nullable Failure> admission;
    private final Predicate<MaterializedViewRefresh> current;

    /**
     * @param admission says, on a run's thread, why a view must be left alone, or null
     * @param current whether a resource still is as it was when it was looked at; asked on any thread
     */
    Launcher(
            Runs<ResourceKey> runs,
            CronJobs cronJobs,
            SecretCredentials credentials,
            Clock clock,
            BiFunction<MaterializedViewRefresh, ViewIdentity, @Nullable Failure> admission,
            Predicate<MaterializedViewRefresh> current) {
        this.runs = runs;
        this.cronJobs = cronJobs;
        this.credentials = credentials;
        this.clock = clock;
        this.admission = admission;
        this.current = current;
    }

    /** Starts what is next, and says when to look again. */
    Duration proceed(MaterializedViewRefresh resource, Pass pass, Delegation delegation, Children children) {
        Instant now = clock.instant();
        Instant scheduledTime = delegation.toJobs() ? null : scheduledTime(pass);
        if (scheduledTime != null && !now.isBefore(scheduledTime.minus(Runs.LEAD))) {
            return prepare(resource, pass, delegation, scheduledTime, now);
        }
        if (delegation.toJobs() || !(pass.next() instanceof NextStep.Start)) {
            runs.callOff(ResourceKey.of(resource));
        }
        return switch (pass.next()) {
            case NextStep.Start _ when delegation.draining() && !delegation.toJobs() -> Runs.LONG;
            case NextStep.Start(Trigger trigger)
            when delegation.toJobs() ->
                cronJobs.start(resource, trigger, children, pass.status()) ? Runs.LONG : Duration.ofMillis(1);
            case NextStep.Start(Trigger trigger) -> {
                runs.start(request(resource, pass, trigger));
                yield LONGEST_SLEEP;
            }
            case NextStep.Held(Instant until) -> clamped(Duration.between(now, until));
            case NextStep.Wait(Instant until)
            when until != null ->
                clamped(Duration.between(now, scheduledTime == null ? until : until.minus(Runs.LEAD)));
            case NextStep.Wait _, NextStep.Delegated _ -> LONGEST_SLEEP;
        };
    }

    /** The one that is waited for, or null. */
    private static @Nullable Instant scheduledTime(Pass pass) {
        Instant next = pass.status().nextRefreshTime();
        return next != null && pass.next().equals(new NextStep.Wait(next)) ? next : null;
    }

    /** The run starts by itself then, unless it depends on others, at whom a look is taken at its time. */
    private Duration prepare(
            MaterializedViewRefresh resource, Pass pass, Delegation delegation, Instant scheduledTime, Instant now) {
        Duration left = Duration.between(now, scheduledTime);
        if (!left.isPositive()) {
            return Duration.ofMillis(1);
        }
        BooleanSupplier alone = () -> !delegation.draining() && !pass.isOrdered();
        runs.prepare(
                request(resource, pass, new Trigger.Schedule(scheduledTime)),
                scheduledTime,
                () -> alone.getAsBoolean() && current.test(resource));
        return clamped(alone.getAsBoolean() ? left.plus(STARTED) : left);
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
                plan.skipPolicy(trigger, pass.status().lastRefresh(), clock.instant()));
    }
}
