package dev.matview.operator.refresh;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.ViewWarning;
import dev.matview.operator.postgres.Advice;
import dev.matview.operator.postgres.Cancellation;
import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.ConnectionSettings;
import dev.matview.operator.postgres.Connections;
import dev.matview.operator.postgres.Deadline;
import dev.matview.operator.postgres.DeclaredView;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.Lease;
import dev.matview.operator.postgres.Preflight;
import dev.matview.operator.postgres.Refresh;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.StatementFailures;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.fingerprint.Fingerprint;
import dev.matview.operator.postgres.replacement.Modes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One run from the Secret to the commit, on the thread that calls it. */
public final class Run {
    private static final Logger LOG = Logger.getLogger(Run.class);

    private final RunRequest<?> request;
    private final Connections connections;
    private final Slots slots;
    private final Clock clock;
    private final BooleanSupplier beginning;
    private final Cancellation cancellation;
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
        try {
            Credentials credentials = request.credentials().read();
            while (true) {
                switch (connected(credentials)) {
                    case Step.End(Outcome outcome) -> {
                        return outcome;
                    }
                    case Step.Pause(Duration pause) -> Thread.sleep(pause);
                }
            }
        } catch (FailureException e) {
            Refresh begun = refresh;
            return new Outcome.Failed(
                    e.failure(),
                    facts,
                    startTime,
                    clock.instant(),
                    begun == null ? 0 : begun.attempts(),
                    begun == null ? Duration.ZERO : begun.lockWait());
        }
    }

    private Step connected(Credentials credentials) throws FailureException, InterruptedException {
        ConnectionSettings settings = credentials.settings();
        try (Lease lease = open(credentials)) {
            try {
                return on(lease.connection(), settings);
            } catch (FailureException e) {
                if (e.failure().reason() == Reason.NOT_PRIMARY) {
                    lease.discard();
                }
                throw e;
            }
        }
    }

    private Step on(Connection connection, ConnectionSettings settings) throws FailureException, InterruptedException {
        ViewFacts found = inspect(connection, settings);
        Failure failure = request.admission().apply(found.identity());
        if (failure == null) {
            failure =
                    Preflight.check(found, request.view().mode(), request.view().adopt(), settings.user());
        }
        if (failure == null) {
            failure = objection(connection, found);
        }
        if (failure != null) {
            throw new FailureException(failure);
        }
        return switch (look(connection, found)) {
            case SkipCheck.Look.Later(Duration pause) -> new Step.Pause(pause);
            case SkipCheck.Look.Skip skip -> new Step.End(unchanged(found, skip));
            case SkipCheck.Look.Refresh go
            when request.isCheck() -> new Step.End(new Outcome.Checked(found, warnings(connection, found, go)));
            case SkipCheck.Look.Refresh go ->
                new Step.End(refresh(connection, found, go, warnings(connection, found, go)));
        };
    }

    private List<ViewWarning> warnings(Connection connection, ViewFacts found, SkipCheck.Look.Refresh go) {
        try {
            var warnings = new ArrayList<>(go.warnings());
            warnings.addAll(Advice.look(connection, found, request.view().mode()));
            return warnings;
        } catch (SQLException e) {
            LOG.debugf("no advice on %s (SQLSTATE %s)", request.view().name(), e.getSQLState());
            return go.warnings();
        }
    }

    private SkipCheck.Look look(Connection connection, ViewFacts found) {
        SkipCheck check = skipCheck;
        if (check != null && !looked) {
            startTime = clock.instant();
            startNanos = System.nanoTime();
            looked = true;
        }
        return check == null ? new SkipCheck.Look.Refresh(null, List.of(), null) : check.look(connection, found);
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

    private @Nullable Failure objection(Connection connection, ViewFacts found) {
        try {
            return Modes.objection(
                    connection, found, request.view().mode(), request.view().settings());
        } catch (SQLException e) {
            return StatementFailures.of(e, request.view().name());
        }
    }

    private Lease open(Credentials credentials) throws FailureException, InterruptedException {
        try {
            return connections.open(credentials.settings());
        } catch (FailureException e) {
            if (credentials.justChanged() && e.failure().reason() == Reason.AUTHENTICATION_FAILED) {
                throw new FailureException(new Failure(
                        Reason.CREDENTIALS_ROTATING,
                        "the Secret has just changed, and the server does not take it yet: "
                                + e.failure().message(),
                        e.failure().sqlState()));
            }
            throw e;
        }
    }

    private ViewFacts inspect(Connection connection, ConnectionSettings settings) throws FailureException {
        try {
            ViewFacts found = Catalog.inspect(connection, request.view().name(), settings.address());
            facts = found;
            return found;
        } catch (SQLException e) {
            throw new FailureException(StatementFailures.of(e, request.view().name()));
        }
    }

    private Outcome refresh(
            Connection connection, ViewFacts found, SkipCheck.Look.Refresh go, List<ViewWarning> warnings)
            throws FailureException, InterruptedException {
        String database = found.identity().system() + "/" + found.identity().database();
        try (var _ = slots.take(database)) {
            if (!beginning.getAsBoolean()) {
                throw new InterruptedException("no run may begin any more");
            }
            Instant now = clock.instant();
            if (request.latestStart() != null && now.isAfter(request.latestStart())) {
                return new Outcome.Missed(found);
            }
            startTime = now;
            turn = true;
            startNanos = System.nanoTime();
            DeclaredView view = request.view();
            var mode = Preflight.effectiveMode(found, view.mode());
            var attempt = Modes.attempt(connection, found, mode, view.settings(), cancellation);
            var begun = new Refresh(connection, found, attempt, view.bounds());
            refresh = begun;
            Deadline end = Deadline.in(view.bounds().refresh());
            RefreshResult result = begun.run();
            Duration duration = Duration.ofNanos(System.nanoTime() - startNanos);
            Instant completionTime = clock.instant();
            Fingerprint fingerprint = go.reading() == null ? null : go.reading().keep(result);
            return new Outcome.Refreshed(
                    found,
                    result.and(view.maintenance().after(connection, result, end, cancellation)),
                    startTime,
                    completionTime,
                    duration,
                    warnings,
                    fingerprint == null ? null : fingerprint.format(),
                    go.note());
        }
    }

    /** What comes after a connection was used. */
    private sealed interface Step {
        record End(Outcome outcome) implements Step {}

        /** Again after that time; nothing is held until then. */
        record Pause(Duration pause) implements Step {}
    }
}
