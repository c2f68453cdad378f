package dev.matview.operator.controller;

import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.postgres.Connections;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewIdentity;
import dev.matview.operator.refresh.RunState;
import dev.matview.operator.refresh.Runs;
import dev.matview.operator.refresh.Slots;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.Cache;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings a resource and what happens in its database together. A reconciliation never waits for a database: it starts a
 * run and ends, and the run's end is the reason for another one.
 */
@ControllerConfiguration(
        name = "materializedviewrefresh",
        generationAwareEventProcessing = false,
        informer = @Informer(onUpdateFilter = RelevantChange.class))
@GradualRetry(maxAttempts = -1, initialInterval = 1_000, intervalMultiplier = 2, maxInterval = 60_000)
public class RefreshReconciler implements Reconciler<MaterializedViewRefresh> {
    private static final Logger LOG = Logger.getLogger(RefreshReconciler.class);

    /** What could not be recorded because the API server is away is tried again so soon. */
    private static final Duration API_SERVER_PAUSE = Duration.ofSeconds(5);

    /** What is still under way after its grace is ended on the server and recorded within this time. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(8);

    private final Clock clock;
    private final Leadership leadership;
    private final Duration stopGrace;
    private final boolean definitions;
    private final StatusWriter writer;
    private final EventRecorder recorder;
    private final Rotations rotations;
    private final Pacing pacing;
    private final Memory memory = new Memory();
    private final ViewClaims claims = new ViewClaims();
    private final Ordering ordering = new Ordering();
    private final RunEvents events = new RunEvents(this::gone);
    private final Runs<ResourceKey> runs;
    private final CronJobs cronJobs;
    private final Launcher launcher;
    private final Hooks hooks;
    private final Exposition exposition;
    private @Nullable Cache<MaterializedViewRefresh> cache;

    RefreshReconciler(
            KubernetesClient client,
            Clock clock,
            OperatorConfig config,
            Connections connections,
            Slots slots,
            EventRecorder recorder,
            CronJobs cronJobs,
            Exposition exposition,
            Traces traces,
            Leadership leadership) {
        this.clock = clock;
        this.leadership = leadership;
        this.stopGrace = config.stopGrace();
        this.definitions = config.definitions();
        this.writer = new StatusWriter(client);
        this.recorder = recorder;
        this.cronJobs = cronJobs;
        this.exposition = exposition;
        this.rotations = new Rotations(clock);
        var credentials = new SecretCredentials(client, rotations);
        this.pacing = new Pacing(
                new Backoff(config.retryBackoff(), config.maxBackoff()),
                new Backoff(config.recheckBackoff(), config.maxBackoff()),
                () -> ThreadLocalRandom.current().nextDouble());
        this.hooks = new Hooks(client, config, clock, traces, events::news);
        this.runs = new Runs<>(connections, slots, clock, leadership::holds, events::news, traces::ended);
        this.launcher = new Launcher(runs, cronJobs, credentials, clock, this::admit, this::isCurrent);
    }

    @Override
    public List<EventSource<?, MaterializedViewRefresh>> prepareEventSources(
            EventSourceContext<MaterializedViewRefresh> context) {
        cache = context.getPrimaryCache();
        exposition.serve(context.getPrimaryCache(), memory, runs);
        return cronJobs.enabled() ? ChildEvents.with(events, context) : List.of(events);
    }

    @Override
    public UpdateControl<MaterializedViewRefresh> reconcile(
            MaterializedViewRefresh resource, Context<MaterializedViewRefresh> context) {
        Instant now = clock.instant();
        if (cache != null) {
            claims.learn(cache);
            ordering.learn(cache, now);
        }
        claims.releaseUnlessNamed(resource).forEach(this::reconsider);
        ResourceKey key = ResourceKey.of(resource);
        if (!leadership.holds()) {
            // Another process may write this status by now, and this one is about to end.
            return UpdateControl.<MaterializedViewRefresh>noUpdate().rescheduleAfter(API_SERVER_PAUSE);
        }
        MaterializedViewRefreshStatus before = memory.status(resource);
        RunState<ResourceKey> state = runs.state(key);
        Children children =
                cronJobs.enabled() ? cronJobs.withStarted(Children.of(context, key), key.uid()) : Children.NONE;
        Plan plan = memory.plan(resource).within(definitions);
        Precedence precedence = ordering.precedence(key, plan, now);
        boolean ordered = precedence.takesOver(before.view());
        Progress progress;
        Arrangement arrangement;
        try {
            progress = progress(resource, plan, state, children, before, now);
            arrangement = state == null ? arrange(resource, plan, ordered, children, before) : Arrangement.NONE;
        } catch (KubernetesClientException e) {
            LOG.debugf("the API server gave or took no object (HTTP status %d)", e.getCode());
            return later();
        }
        arrangement.announcements().forEach(a -> recorder.record(resource, a));
        Failure failure = arrangement.failure();
        Delegation delegation = ordered ? arrangement.delegation().unscheduled() : arrangement.delegation();
        var pass = new Pass(
                resource,
                failure == null ? plan : plan.failing(failure),
                before,
                progress,
                claims.objection(key),
                delegation,
                precedence,
                memory.gate(key, before),
                delegation.toJobs() ? pacing.forJobs() : pacing,
                now);
        MaterializedViewRefreshStatus after = hooks.reported(key, pass.status());
        if (!after.equals(before)) {
            switch (writer.write(resource, after)) {
                case WRITTEN -> {
                    memory.wrote(resource, after);
                    exposition.wrote(key, before, after, progress);
                    boolean logged = state instanceof RunState.Ended;
                    Announcement.between(before, after).forEach(a -> recorder.record(resource, a, logged));
                }
                case NOT_NOW -> {
                    return later();
                }
                case GONE -> {
                    if (lives(key)) {
                        return later();
                    }
                    gone(key);
                    return UpdateControl.noUpdate();
                }
            }
        }
        hooks.recorded(resource, before, after);
        memory.set(key, pass.gate());
        ordering.keep(resource, pass, isUnderWay(progress), claims.objection(key) != null, now)
                .forEach(events::news);
        LOG.debugf("%s: %s", key, new Verdict(pass, state != null, now));
        if (state instanceof RunState.Ended<ResourceKey> ended) {
            runs.acknowledge(ended);
        }
        cronJobs.tidy(children, after.recordedJobs());
        Duration pause = pass.atMost(arrangement.atMost(launcher.proceed(resource, pass, delegation, children)));
        if (!lives(key)) {
            gone(key);
        }
        return UpdateControl.<MaterializedViewRefresh>noUpdate().rescheduleAfter(pause);
    }

    /** A run in this process comes first: as long as there is one, nothing is looked for elsewhere. */
    private @Nullable Progress progress(
            MaterializedViewRefresh resource,
            Plan plan,
            @Nullable RunState<ResourceKey> state,
            Children children,
            MaterializedViewRefreshStatus before,
            Instant now) {
        if (state != null) {
            return Progress.of(state, cronJobs.enabled());
        }
        Progress progress = children.progress(before.recordedJobs(), cronJobs.current(resource, plan), now);
        if (progress instanceof Progress.Ended ended) {
            learn(resource, ended);
        }
        return progress;
    }

    private static boolean isUnderWay(@Nullable Progress progress) {
        return progress instanceof Progress.UnderWay run && !run.purpose().isCheck();
    }

    /** A pod knows nothing of other resources: which view it found counts from now on. */
    private void learn(MaterializedViewRefresh resource, Progress.Ended ended) {
        ViewFacts facts = ended.outcome().facts();
        boolean current = ended.purpose().generation() == resource.getMetadata().getGeneration();
        if (facts != null && current) {
            claims.claim(resource, facts.identity().toString()).forEach(this::reconsider);
        }
    }

    private Arrangement arrange(
            MaterializedViewRefresh resource,
            Plan plan,
            boolean ordered,
            Children children,
            MaterializedViewRefreshStatus before) {
        long generation = resource.getMetadata().getGeneration();
        boolean suspended = ordered
                || plan.spec().suspend()
                || claims.objection(ResourceKey.of(resource)) != null
                || Suspension.holds(new StatusDraft(before), plan, generation);
        return cronJobs.arrange(resource, plan, suspended, children, before);
    }

    /** The look ends early, and is made again. */
    private UpdateControl<MaterializedViewRefresh> later() {
        exposition.failed();
        return UpdateControl.<MaterializedViewRefresh>noUpdate().rescheduleAfter(API_SERVER_PAUSE);
    }

    @Override
    public ErrorStatusUpdateControl<MaterializedViewRefresh> updateErrorStatus(
            MaterializedViewRefresh resource, Context<MaterializedViewRefresh> context, Exception thrown) {
        exposition.failed();
        return ErrorStatusUpdateControl.defaultErrorProcessing();
    }

    /** On a run's thread, when it is known which view this is. */
    private @Nullable Failure admit(MaterializedViewRefresh resource, ViewIdentity identity) {
        ResourceKey key = ResourceKey.of(resource);
        claims.claim(resource, identity.toString()).forEach(this::reconsider);
        if (!lives(key)) {
            claims.release(key).forEach(this::reconsider);
        }
        return claims.objection(key);
    }

    private void reconsider(ResourceKey other) {
        memory.set(other, Gate.OPEN);
        events.news(other);
    }

    private void gone(ResourceKey key) {
        runs.cancel(key);
        memory.forget(key);
        hooks.forget(key);
        cronJobs.forget(key);
        exposition.forget(key);
        rotations.forget(key.uid());
        writer.forget(key.uid());
        claims.release(key).forEach(this::reconsider);
        ordering.forget(key).forEach(events::news);
    }

    private boolean lives(ResourceKey key) {
        return lives(key, any -> true);
    }

    private boolean isCurrent(MaterializedViewRefresh resource) {
        Long generation = resource.getMetadata().getGeneration();
        return lives(ResourceKey.of(resource), metadata -> generation.equals(metadata.getGeneration()));
    }

    private boolean lives(ResourceKey key, Predicate<ObjectMeta> as) {
        return cache == null
                || cache.get(key.id())
                        .map(MaterializedViewRefresh::getMetadata)
                        .filter(m -> key.uid().equals(m.getUid()) && m.getDeletionTimestamp() == null && as.test(m))
                        .isPresent();
    }

    /** Before {@link Operation} ends the rest: what ends now is still recorded as usual. */
    void stop(@Observes @Priority(Operation.STOP - 1) ShutdownEvent event) {
        runs.stop(stopGrace, LAST_WORDS);
        hooks.stop();
    }
}
