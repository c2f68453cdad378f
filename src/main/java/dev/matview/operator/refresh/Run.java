package dev.matview.operator.refresh;

import dev.matview.operator.api.OnMissing;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.SkipReason;
import dev.matview.operator.api.ViewWarning;
import dev.matview.operator.net.Deadline;
import dev.matview.operator.postgres.Cancellation;
import dev.matview.operator.postgres.ConnectionSettings;
import dev.matview.operator.postgres.Connections;
import dev.matview.operator.postgres.DeclaredView;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.Lease;
import dev.matview.operator.postgres.Refresh;
import dev.matview.operator.postgres.RefreshAttempt;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewIdentity;
import dev.matview.operator.postgres.fingerprint.Fingerprint;
import dev.matview.operator.postgres.replacement.Creation;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One run from the Secret, or from what is prepared, to the commit, on the thread that calls it. */
public final class Run {
    private final RunRequest<?> request;
    private final Connections connections;
    private final Slots slots;
    private final Clock clock;
    private final BooleanSupplier beginning;
    private final Cancellation cancellation;
    private final Timeline timeline;
    private volatile Instant startTime;
    private long startNanos = System.nanoTime();
    private boolean looked;
    private volatile boolean turn;
    private final @Nullable SkipCheck skipCheck;
    private @Nullable ViewFacts facts;
    private @Nullable Refresh refresh;

    /**
     * A run that has not begun.
     *
     * @param beginning asked when its turn has come, whether it may begin
     * @param ending asked before the view changes for others, whether it may do that
     */
    public Run(
            RunRequest<?> request,
            Connections connections,
            Slots slots,
            Clock clock,
            BooleanSupplier beginning,
            BooleanSupplier ending) {
        this.request = request;
        this.connections = connections;
        this.slots = slots;
        this.clock = clock;
        this.beginning = beginning;
        this.cancellation = new Cancellation(ending);
        this.startTime = clock.instant();
        this.timeline = new Timeline(clock);
        this.skipCheck = request.skip() == null ? null : new SkipCheck(request.skip(), request, startTime);
    }

    /** When it began; from the moment that its turn has come, when that was. */
    public Instant startTime() {
        return startTime;
    }

    /** Whether it waits for its turn no longer; a check takes none. */
    public boolean hasBegun() {
        return turn || request.isCheck();
    }

    /** What it did when; to be asked on its own thread, when it has ended. */
    Timeline timeline() {
        return timeline;
    }

    /** Ends it from another thread. */
    public Cancellation cancellation() {
        return cancellation;
    }

    /**
     * Runs it to its end.
     *
     * @throws InterruptedException when it is no longer wanted
     */
    public Outcome execute() throws InterruptedException {
        return execute(null);
    }

    /** @param prepared what is done already, which this closes, or null */
    Outcome execute(@Nullable Prepared prepared) throws InterruptedException {
        try {
            Credentials credentials = prepared == null ? request.credentials().read() : prepared.credentials();
            Step step = prepared == null ? connected(credentials) : on(prepared);
            while (step instanceof Step.Pause(Duration pause)) {
                timeline.enter(Stage.WAIT);
                Thread.sleep(pause);
                step = connected(credentials);
            }
            return ((Step.End) step).outcome();
        } catch (FailureException e) {
            Failure failure = e.failure();
            OnMissing onMissing = request.view().upkeep().onMissing();
            if (failure.reason() == Reason.VIEW_MISSING && onMissing == OnMissing.SKIP) {
                return new Outcome.Skipped(SkipReason.VIEW_MISSING, failure.message(), startTime, clock.instant());
            }
            Refresh begun = refresh;
            return new Outcome.Failed(
                    failure,
                    facts,
                    startTime,
                    clock.instant(),
                    begun == null ? 0 : begun.attempts(),
                    begun == null ? Duration.ZERO : begun.lockWait());
        }
    }

    private Step connected(Credentials credentials) throws FailureException, InterruptedException {
        ConnectionSettings settings = credentials.settings();
        timeline.enter(Stage.CONNECT);
        try (Lease lease = credentials.open(connections)) {
            return on(lease, () -> on(lease.connection(), settings));
        }
    }

    private Step on(Prepared prepared) throws FailureException, InterruptedException {
        try (prepared) {
            Connection connection = prepared.lease().connection();
            DeclaredState declared = prepared.declared();
            return on(prepared.lease(), () -> {
                if (declared == null) {
                    return on(connection, prepared.credentials().settings());
                }
                facts = declared.facts();
                admit(declared.facts().identity());
                return on(connection, declared);
            });
        }
    }

    private Step on(Lease lease, Listeners.Work work) throws FailureException, InterruptedException {
        timeline.enter(Stage.PREFLIGHT);
        try {
            return new Listeners(request, lease.connection(), clock, cancellation, timeline)
                    .told(work, this::startTime);
        } catch (FailureException e) {
            if (e.failure().reason() == Reason.NOT_PRIMARY) {
                lease.discard();
            }
            throw e;
        }
    }

    private Step on(Connection connection, ConnectionSettings settings) throws FailureException, InterruptedException {
        DeclaredView view = request.view();
        ViewIdentity identity = Lookup.identity(connection, view.name(), settings.address());
        ViewFacts found = Lookup.facts(connection, identity, view);
        facts = found;
        admit(identity);
        if (found == null) {
            return new Step.End(create(connection, identity, settings.user()));
        }
        DeclaredState declared = DeclaredState.look(connection, found, view.upkeep());
        facts = declared.facts();
        Failure failure = declared.objection(connection, request, settings.user());
        if (failure != null) {
            throw new FailureException(failure);
        }
        return on(connection, declared);
    }

    private void admit(ViewIdentity identity) throws FailureException {
        Failure refused = request.admission().apply(identity);
        if (refused != null) {
            throw new FailureException(refused);
        }
    }

    /** Of a view that can be refreshed. */
    private Step on(Connection connection, DeclaredState declared) throws FailureException, InterruptedException {
        ViewFacts found = declared.facts();
        return switch (look(connection, declared)) {
            case SkipCheck.Look.Later(Duration pause) -> new Step.Pause(pause);
            case SkipCheck.Look.Skip skip -> new Step.End(unchanged(found, skip));
            case SkipCheck.Look.Refresh go
            when request.isCheck() ->
                new Step.End(new Outcome.Checked(
                        Lookup.reading(connection, found), declared.advised(connection, request, go.warnings())));
            case SkipCheck.Look.Refresh go -> {
                List<ViewWarning> warnings = declared.advised(connection, request, go.warnings());
                RefreshAttempt attempt = declared.attempt(connection, request, cancellation);
                yield new Step.End(refresh(connection, found.identity(), attempt, declared::corrected, go, warnings));
            }
        };
    }

    private SkipCheck.Look look(Connection connection, DeclaredState declared) {
        SkipCheck check = declared.drift() == null ? skipCheck : null;
        if (check != null && !looked) {
            startTime = clock.instant();
            startNanos = System.nanoTime();
            looked = true;
        }
        var look = check == null ? SkipCheck.Look.Refresh.ALWAYS : check.look(connection, declared.facts());
        boolean corrects = declared.drift() != null && !request.isCheck();
        return corrects ? look : look.with(declared.warnings());
    }

    private Outcome unchanged(ViewFacts found, SkipCheck.Look.Skip skip) {
        return new Outcome.Unchanged(
                found,
                startTime,
                clock.instant(),
                Duration.ofNanos(System.nanoTime() - startNanos),
                skip.confirmed().since(),
                skip.warnings(),
                skip.confirmed().format());
    }

    private Outcome create(Connection connection, ViewIdentity identity, String user)
            throws FailureException, InterruptedException {
        var creation = new Creation(connection, identity, request.view(), user, cancellation);
        if (request.isCheck()) {
            Failure failure = creation.objection();
            if (failure != null) {
                throw new FailureException(failure);
            }
            return new Outcome.Creatable();
        }
        try {
            var go = SkipCheck.Look.Refresh.ALWAYS;
            return refresh(connection, identity, creation, creation::made, go, List.of());
        } finally {
            facts = creation.made();
        }
    }

    /** @param found gives what is known of the view by then; null when it is still to be made */
    private Outcome refresh(
            Connection connection,
            ViewIdentity identity,
            RefreshAttempt attempt,
            Supplier<@Nullable ViewFacts> found,
            SkipCheck.Look.Refresh go,
            List<ViewWarning> warnings)
            throws FailureException, InterruptedException {
        String database = identity.system() + "/" + identity.database();
        timeline.enter(Stage.WAIT);
        try (var _ = slots.take(database)) {
            if (!beginning.getAsBoolean()) {
                throw new InterruptedException("no run may begin any more");
            }
            HeadStart.end(request.trigger(), clock);
            Instant now = clock.instant();
            if (request.latestStart() != null && now.isAfter(request.latestStart())) {
                ViewFacts seen = found.get();
                return seen == null ? new Outcome.Creatable() : new Outcome.Missed(seen);
            }
            timeline.enter(Stage.REFRESH);
            startTime = now;
            turn = true;
            startNanos = System.nanoTime();
            DeclaredView view = request.view();
            var begun = new Refresh(connection, identity, attempt, view.bounds());
            refresh = begun;
            Deadline end = Deadline.in(view.bounds().refresh());
            RefreshResult result = begun.run();
            Duration duration = Duration.ofNanos(System.nanoTime() - startNanos);
            Instant completionTime = clock.instant();
            Fingerprint fingerprint = go.reading() == null ? null : go.reading().keep(result);
            timeline.enter(Stage.MAINTENANCE);
            RefreshResult maintained = result.and(view.maintenance().after(connection, result, end, cancellation));
            return new Outcome.Refreshed(
                    Lookup.reading(connection, Objects.requireNonNull(found.get())),
                    maintained,
                    startTime,
                    completionTime,
                    duration,
                    warnings,
                    fingerprint == null ? null : fingerprint.format(),
                    go.note());
        }
    }
}
