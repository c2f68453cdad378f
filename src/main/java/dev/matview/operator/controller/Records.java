package dev.matview.operator.controller;

import dev.matview.operator.api.Durations;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.api.SkipReason;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Purpose;
import dev.matview.operator.refresh.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Runs as the status records them. */
final class Records {
    static final String RUNNING = "Running";
    static final String SUCCEEDED = "Succeeded";
    static final String SKIPPED = "Skipped";
    static final String FAILED = "Failed";

    private Records() {}

    static RefreshRecord running(Purpose purpose, Instant startTime) {
        return running(purpose.trigger(), purpose.mode(), purpose.job(), startTime);
    }

    /** A run by annotation that begins at that time. */
    static RefreshRecord manual(String token, RefreshMode mode, Instant startTime) {
        return running(new Trigger.Manual(token), mode, null, startTime);
    }

    private static RefreshRecord running(Trigger trigger, RefreshMode mode, @Nullable String job, Instant startTime) {
        return new RefreshRecord(
                RUNNING,
                trigger.getClass().getSimpleName(),
                trigger instanceof Trigger.Schedule(Instant scheduledTime) ? scheduledTime : null,
                trigger instanceof Trigger.Manual(String token) ? token : null,
                mode.value(),
                job,
                startTime,
                null,
                null,
                null,
                null,
                1L,
                null,
                null,
                null,
                null,
                null);
    }

    static RefreshRecord succeeded(Purpose purpose, Outcome.Refreshed refreshed) {
        RefreshRecord run = running(purpose, refreshed.startTime());
        RefreshResult result = refreshed.result();
        return new RefreshRecord(
                SUCCEEDED,
                run.trigger(),
                run.scheduledTime(),
                run.request(),
                result.mode().value(),
                run.job(),
                run.startTime(),
                refreshed.completionTime(),
                Durations.format(refreshed.duration()),
                result.rows(),
                result.sizeBytes(),
                (long) result.attempts(),
                result.lockWait().isZero() ? null : Durations.format(result.lockWait()),
                null,
                said(refreshed),
                null,
                refreshed.fingerprint());
    }

    private static @Nullable String said(Outcome.Refreshed refreshed) {
        var said = new ArrayList<>(refreshed.result().notices());
        if (refreshed.note() != null) {
            said.add(refreshed.note());
        }
        return said.isEmpty() ? null : String.join("; ", said);
    }

    /** A run that had nothing to do. */
    static RefreshRecord unchanged(Purpose purpose, Outcome.Unchanged unchanged, String message) {
        RefreshRecord run = running(purpose, unchanged.startTime());
        return new RefreshRecord(
                SKIPPED,
                run.trigger(),
                run.scheduledTime(),
                run.request(),
                run.mode(),
                run.job(),
                run.startTime(),
                unchanged.completionTime(),
                Durations.format(unchanged.duration()),
                null,
                null,
                null,
                null,
                SkipReason.UNCHANGED.value(),
                message,
                null,
                unchanged.fingerprint());
    }

    static RefreshRecord failed(RefreshRecord run, Failure failure, Instant completionTime) {
        return failed(run, new Outcome.Failed(failure, null, run.startTime(), completionTime, 1, Duration.ZERO));
    }

    static RefreshRecord failed(RefreshRecord run, Outcome.Failed failed) {
        Failure failure = failed.failure();
        return new RefreshRecord(
                FAILED,
                run.trigger(),
                run.scheduledTime(),
                run.request(),
                run.mode(),
                run.job(),
                run.startTime(),
                failed.completionTime(),
                Durations.format(Duration.between(run.startTime(), failed.completionTime())),
                null,
                null,
                (long) Math.max(1, failed.attempts()),
                failed.lockWait().isZero() ? null : Durations.format(failed.lockWait()),
                failure.reason().value(),
                failure.message(),
                failure.sqlState(),
                null);
    }

    static RefreshRecord skipped(Purpose purpose, Outcome.Skipped skipped) {
        RefreshRecord run = running(purpose, skipped.startTime());
        return new RefreshRecord(
                SKIPPED,
                run.trigger(),
                run.scheduledTime(),
                run.request(),
                run.mode(),
                run.job(),
                run.startTime(),
                skipped.completionTime(),
                null,
                null,
                null,
                null,
                null,
                skipped.reason().value(),
                skipped.message(),
                null,
                null);
    }

    /** The later of two tries for one cause, as one run that began with the earlier. */
    static RefreshRecord continuing(RefreshRecord earlier, RefreshRecord later) {
        long attempts = (earlier.attempts() == null ? 0 : earlier.attempts())
                + (later.attempts() == null ? 0 : later.attempts());
        return new RefreshRecord(
                later.status(),
                later.trigger(),
                later.scheduledTime(),
                later.request(),
                later.mode(),
                later.job(),
                earlier.startTime(),
                later.completionTime(),
                later.duration(),
                later.rows(),
                later.sizeBytes(),
                attempts,
                later.lockWait(),
                later.reason(),
                later.message(),
                later.sqlState(),
                later.fingerprint());
    }

    /** Whether another run answers its cause. */
    static boolean isCoalesced(RefreshRecord run) {
        return SkipReason.COALESCED.value().equals(run.reason());
    }

    /** The server's estimate as the end of a sentence; empty when it has none. */
    static String rows(@Nullable Long estimate) {
        if (estimate == null) {
            return "";
        }
        return estimate == 1 ? ", about 1 row" : String.format(Locale.ROOT, ", about %,d rows", estimate);
    }
}
