package dev.matview.operator.refresh;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.api.ViewWarning;
import dev.matview.operator.postgres.Facade;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.fingerprint.Fingerprint;
import dev.matview.operator.postgres.fingerprint.Reading;
import dev.matview.operator.postgres.fingerprint.Verdict;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One run's question whether it may be skipped, over as many looks as the answer takes. */
final class SkipCheck {
    /** What can't be told in that time is refreshed. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final Duration MARGIN = Duration.ofSeconds(1);

    private final SkipPolicy policy;
    private final RefreshMode mode;
    private final boolean maySkip;
    private final Duration patience;
    private final @Nullable Fingerprint kept;
    private Reading.@Nullable Known before;

    SkipCheck(SkipPolicy policy, RunRequest<?> request, Instant now) {
        this.policy = policy;
        this.mode = request.view().mode();
        // Somebody who asks gets a refresh.
        this.maySkip = request.trigger() instanceof Trigger.Schedule || request.trigger() instanceof Trigger.Upstream;
        this.patience = shortest(PATIENCE, request.view().bounds().refresh(), untilLatestStart(request, now));
        this.kept = Fingerprint.parse(policy.fingerprint());
    }

    /** A run that began in time does not come too late because of this. */
    private static Duration untilLatestStart(RunRequest<?> request, Instant now) {
        return request.latestStart() == null
                ? PATIENCE
                : Duration.between(now, request.latestStart()).minus(MARGIN);
    }

    private static Duration shortest(Duration... durations) {
        return Collections.min(List.of(durations));
    }

    /** Looks, on a connection that is in no transaction. */
    Look look(Connection connection, ViewFacts facts) {
        if (mode == RefreshMode.SWAP) {
            return new Look.Refresh(null, List.of(warning("mode Swap makes another view of it each time")), null);
        }
        return switch (Reading.read(connection, facts, kept, before)) {
            case Reading.Unknown(String why) -> new Look.Refresh(null, List.of(warning(why)), null);
            case Reading.Known known -> {
                List<ViewWarning> warnings = known.sessions().never() == null
                        ? List.of()
                        : List.of(warning(known.sessions().never()));
                yield kept == null || !maySkip || !facts.populated() || isOld(kept, known)
                        ? new Look.Refresh(toKeep(connection, facts, known), warnings, null)
                        : compare(connection, facts, kept, known, warnings);
            }
        };
    }

    /** Behind a facade the idle side is refreshed, and is the one that shows when the next run looks. */
    private static Reading.@Nullable Known toKeep(Connection connection, ViewFacts facts, Reading.Known known) {
        Facade facade = facts.facade();
        if (facade == null) {
            return known;
        }
        Long idle = facade.idleOid();
        return idle != null && Reading.read(connection, facts.of(idle), null, null) instanceof Reading.Known other
                ? other
                : null;
    }

    private Look compare(
            Connection connection,
            ViewFacts facts,
            Fingerprint fingerprint,
            Reading.Known known,
            List<ViewWarning> warnings) {
        before = known;
        return switch (Verdict.of(fingerprint, known)) {
            case Verdict.Changed() -> new Look.Refresh(toKeep(connection, facts, known), warnings, null);
            case Verdict.Unchanged(Fingerprint confirmed) -> new Look.Skip(confirmed, warnings);
            case Verdict.InDoubt(String why, Duration again) -> {
                Duration since =
                        Duration.between(known.mark().time(), known.moment().time());
                boolean patient = since.plus(again).compareTo(patience) < 0;
                yield again.isPositive() && patient
                        ? new Look.Later(again)
                        : new Look.Refresh(
                                toKeep(connection, facts, known),
                                warnings,
                                "not skipped, because it was in doubt: " + why);
            }
        };
    }

    private boolean isOld(Fingerprint fingerprint, Reading.Known known) {
        Instant now = known.moment().time();
        return now.isBefore(fingerprint.since())
                || !now.isBefore(fingerprint.since().plus(policy.maxAge()));
    }

    private static ViewWarning warning(String why) {
        return new ViewWarning(ViewWarning.CANNOT_SKIP, "refreshed also when nothing has changed: " + why);
    }

    /** What is to be done after a look. */
    sealed interface Look {
        /** The same with these warnings before its own. */
        default Look with(List<ViewWarning> others) {
            return switch (this) {
                case Refresh(Reading.Known reading, List<ViewWarning> warnings, String note) ->
                    new Refresh(reading, both(others, warnings), note);
                case Skip(Fingerprint confirmed, List<ViewWarning> warnings) ->
                    new Skip(confirmed, both(others, warnings));
                case Later later -> later;
            };
        }

        private static List<ViewWarning> both(List<ViewWarning> some, List<ViewWarning> others) {
            return Stream.concat(some.stream(), others.stream()).toList();
        }

        /**
         * A refresh.
         *
         * @param reading what to keep of this look when the refresh succeeds, or null
         * @param note why it was not skipped, or null when that is no surprise
         */
        record Refresh(
                Reading.@Nullable Known reading,
                List<ViewWarning> warnings,
                @Nullable String note) implements Look {
            /** Of a run that is never skipped. */
            static final Refresh ALWAYS = new Refresh(null, List.of(), null);
        }

        /** Nothing. */
        record Skip(Fingerprint confirmed, List<ViewWarning> warnings) implements Look {}

        /** Another look after that time, without a connection until then. */
        record Later(Duration pause) implements Look {}
    }
}
