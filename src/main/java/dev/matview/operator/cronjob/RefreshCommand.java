package dev.matview.operator.cronjob;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.SkipReason;
import dev.matview.operator.postgres.Connections;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Run;
import dev.matview.operator.refresh.RunRequest;
import dev.matview.operator.refresh.Slots;
import dev.matview.operator.refresh.Trigger;
import dev.matview.operator.refresh.Unexpected;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * The command {@code refresh}, which a CronJob's pod runs: one run, from the mounted Secret to the commit, whose outcome
 * becomes the pod's termination message. It asks nobody but the database.
 */
public final class RefreshCommand {
    /** What the command is called by. */
    public static final String NAME = "refresh";

    /** It did what it was asked for, or had to leave it out. */
    static final int DONE = 0;

    /** It did not work; the message says why. */
    static final int FAILED = 1;

    /** It was not told what to do. */
    static final int USAGE = 2;

    /** The environment variable with the name of the Job that the pod belongs to. */
    static final String JOB = "MATVIEW_JOB";

    private static final String CREDENTIALS = "MATVIEW_CREDENTIALS";
    private static final String TERMINATION_LOG = "MATVIEW_TERMINATION_LOG";

    private final Map<String, String> environment;
    private final Clock clock;
    private final PrintStream output;

    /**
     * What the command takes from its surroundings.
     *
     * @param environment {@code MATVIEW_REQUEST}, the {@code MATVIEW_JOB} that this pod belongs to, and for tests
     *     {@code MATVIEW_CREDENTIALS} and {@code MATVIEW_TERMINATION_LOG}, where the files are elsewhere
     * @param output where the result goes besides, for the pod's log
     */
    public RefreshCommand(Map<String, String> environment, Clock clock, PrintStream output) {
        this.environment = Map.copyOf(environment);
        this.clock = clock;
        this.output = output;
    }

    /** Runs it to its end, and gives the exit code. A SIGTERM ends the refresh on the server too. */
    public int run() {
        PodRequest request;
        try {
            request = PodRequest.parse(environment.getOrDefault(PodRequest.VARIABLE, ""));
        } catch (IllegalArgumentException e) {
            output.println("matview-operator refresh is run by the Jobs of the operator: " + e.getMessage());
            return USAGE;
        }
        var coalescing = new Coalescing(request, environment.get(JOB));
        Instant sameTime = coalescing.answeredElsewhere();
        try (var ending = new Ending()) {
            Outcome outcome = sameTime == null ? refresh(request, ending) : skipped(sameTime);
            return report(outcome);
        }
    }

    private Outcome skipped(Instant scheduledTime) {
        Instant now = clock.instant();
        return new Outcome.Skipped(
                SkipReason.COALESCED,
                "another schedule of the resource has the same time, " + scheduledTime + ", and its Job refreshes",
                now,
                now);
    }

    private Outcome refresh(PodRequest request, Ending ending) {
        var mounts = new Mounts(Path.of(environment.getOrDefault(CREDENTIALS, Mounts.IN_POD.toString())));
        var runRequest = new RunRequest<>(
                request.view().name(),
                request.generation(),
                trigger(request),
                null,
                () -> mounts.read(request.database(), request.mayOverride()),
                request.view(),
                identity -> null,
                request.skip() == null ? null : request.skip().policy(request.timeZone(), clock.instant()));
        try (var connections = new Connections(request.policy(), Duration.ZERO)) {
            var run = new Run(runRequest, connections, new Slots(1, 1), clock, () -> !ending.asked(), () -> true);
            ending.cancels(run.cancellation());
            Outcome outcome = execute(run);
            return outcome instanceof Outcome.Failed failed && ending.asked() ? stopped(failed) : outcome;
        } catch (InterruptedException e) {
            Instant now = clock.instant();
            return stopped(new Outcome.Failed(new Failure(Reason.INTERRUPTED, ""), null, now, now, 0, Duration.ZERO));
        }
    }

    private Trigger trigger(PodRequest request) {
        if (request.check()) {
            return new Trigger.Check();
        }
        Instant scheduled = ScheduledJobName.scheduledTime(request.cronJob(), environment.get(JOB));
        if (scheduled != null) {
            return new Trigger.Schedule(scheduled);
        }
        return request.automatic() ? new Trigger.Upstream() : new Trigger.Manual(null);
    }

    private Outcome execute(Run run) throws InterruptedException {
        try {
            return run.execute();
        } catch (RuntimeException | Error e) {
            e.printStackTrace(output);
            return Unexpected.outcome(e, run.startTime(), clock.instant());
        }
    }

    private static Outcome stopped(Outcome.Failed failed) {
        var failure = new Failure(
                Reason.INTERRUPTED, "the Job's pod was stopped during the run, and the server undid it; it is made up");
        return new Outcome.Failed(
                failure,
                failed.facts(),
                failed.startTime(),
                failed.completionTime(),
                failed.attempts(),
                failed.lockWait());
    }

    private int report(Outcome outcome) {
        String line = PodResult.line(outcome);
        output.println(line);
        try {
            Files.writeString(
                    Path.of(environment.getOrDefault(TERMINATION_LOG, "/dev/termination-log")),
                    line,
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING);
        } catch (IOException e) {
            output.println("the result can't be written to the termination log: "
                    + e.getClass().getSimpleName());
            return FAILED;
        }
        return outcome instanceof Outcome.Failed ? FAILED : DONE;
    }
}
