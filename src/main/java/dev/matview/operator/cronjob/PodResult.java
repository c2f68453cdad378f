package dev.matview.operator.cronjob;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.api.SkipReason;
import dev.matview.operator.api.ViewWarning;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewVersion;
import dev.matview.operator.refresh.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An outcome as one line, for the pod's termination message. Kubernetes keeps no more than 4,096 bytes of one ("Determine
 * the Reason for Pod Failure" in its documentation), and cuts what is longer.
 *
 * @param matview marks the line as ours, and names the version of its form
 * @param kind the simple name of a case of {@link Outcome}
 * @param facts absent when the view was not looked at
 * @param message of a failure or a skip; of a refresh, what else was done
 */
record PodResult(
        int matview,
        String kind,
        @Nullable Instant startTime,
        @Nullable Instant completionTime,
        @Nullable PodFacts facts,
        @Nullable Refreshed refreshed,
        @Nullable String reason,
        @Nullable String message,
        @Nullable String sqlState,
        @Nullable Integer attempts,
        @Nullable Duration lockWait,
        @Nullable Look look) {

    /** The most bytes that a line may have. */
    static final int LIMIT = 4_000;

    private static final int FORM = 1;

    /** The line for an outcome; a message that would make it too long is shortened. */
    static String line(Outcome outcome) {
        PodResult result = of(outcome);
        String line = result.json();
        while (bytes(line) > LIMIT && result.message != null && !result.message.isEmpty()) {
            result = result.withMessage(shortened(result.message, bytes(line) - LIMIT));
            line = result.json();
        }
        return line;
    }

    /** The outcome that a line tells of, or null when the line is not a whole one of ours. */
    static @Nullable Outcome outcome(@Nullable String line) {
        try {
            PodResult result = line == null ? null : Json.MAPPER.readValue(line, PodResult.class);
            return result == null || result.matview != FORM ? null : result.toOutcome();
        } catch (JsonProcessingException | RuntimeException e) {
            // Whatever is wrong with it, it is not ours; its text may be anything, so nobody is told more.
            return null;
        }
    }

    private static PodResult of(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Checked(ViewFacts facts, List<ViewWarning> warnings) ->
                ofFacts("Checked", facts, new Look(warnings, null, null, null));
            case Outcome.Creatable() ->
                new PodResult(FORM, "Creatable", null, null, null, null, null, null, null, null, null, null);
            case Outcome.Missed(ViewFacts facts) -> ofFacts("Missed", facts, null);
            case Outcome.Refreshed o -> {
                var refreshed = new Refreshed(
                        o.result().mode(),
                        o.result().rows(),
                        o.result().sizeBytes(),
                        o.duration(),
                        o.result().version(),
                        o.result().transactionId(),
                        o.result().notices());
                yield new PodResult(
                        FORM,
                        "Refreshed",
                        o.startTime(),
                        o.completionTime(),
                        PodFacts.of(o.facts()),
                        refreshed,
                        null,
                        o.note(),
                        null,
                        o.result().attempts(),
                        o.result().lockWait(),
                        new Look(o.warnings(), o.fingerprint(), null, null));
            }
            case Outcome.Unchanged o ->
                new PodResult(
                        FORM,
                        "Unchanged",
                        o.startTime(),
                        o.completionTime(),
                        PodFacts.of(o.facts()),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        new Look(o.warnings(), o.fingerprint(), o.since(), o.duration()));
            case Outcome.Failed o ->
                new PodResult(
                        FORM,
                        "Failed",
                        o.startTime(),
                        o.completionTime(),
                        o.facts() == null ? null : PodFacts.of(o.facts()),
                        null,
                        o.failure().reason().value(),
                        o.failure().message(),
                        o.failure().sqlState(),
                        o.attempts(),
                        o.lockWait(),
                        null);
            case Outcome.Skipped o ->
                new PodResult(
                        FORM,
                        "Skipped",
                        o.startTime(),
                        o.completionTime(),
                        null,
                        null,
                        o.reason().value(),
                        o.message(),
                        null,
                        null,
                        null,
                        null);
        };
    }

    private static PodResult ofFacts(String kind, ViewFacts facts, @Nullable Look look) {
        return new PodResult(FORM, kind, null, null, PodFacts.of(facts), null, null, null, null, null, null, look);
    }

    private @Nullable Outcome toOutcome() {
        return switch (kind) {
            case "Checked" -> new Outcome.Checked(Objects.requireNonNull(facts).facts(), known().warnings());
            case "Creatable" -> new Outcome.Creatable();
            case "Missed" -> new Outcome.Missed(Objects.requireNonNull(facts).facts());
            case "Refreshed" -> {
                Refreshed r = Objects.requireNonNull(refreshed);
                yield new Outcome.Refreshed(
                        Objects.requireNonNull(facts).facts(),
                        new RefreshResult(
                                r.mode(),
                                r.rows(),
                                r.sizeBytes(),
                                Objects.requireNonNull(attempts),
                                Objects.requireNonNull(lockWait),
                                r.version(),
                                r.transactionId(),
                                r.notices()),
                        Objects.requireNonNull(startTime),
                        Objects.requireNonNull(completionTime),
                        r.duration(),
                        known().warnings(),
                        known().fingerprint(),
                        message);
            }
            case "Unchanged" ->
                new Outcome.Unchanged(
                        Objects.requireNonNull(facts).facts(),
                        Objects.requireNonNull(startTime),
                        Objects.requireNonNull(completionTime),
                        Objects.requireNonNull(known().duration()),
                        Objects.requireNonNull(known().since()),
                        known().warnings(),
                        Objects.requireNonNull(known().fingerprint()));
            case "Failed" ->
                new Outcome.Failed(
                        failure(),
                        facts == null ? null : facts.facts(),
                        Objects.requireNonNull(startTime),
                        Objects.requireNonNull(completionTime),
                        Objects.requireNonNull(attempts),
                        Objects.requireNonNull(lockWait));
            case "Skipped" ->
                new Outcome.Skipped(
                        Objects.requireNonNull(SkipReason.of(reason)),
                        Objects.requireNonNull(message),
                        Objects.requireNonNull(startTime),
                        Objects.requireNonNull(completionTime));
            default -> null;
        };
    }

    private Look known() {
        return Objects.requireNonNull(look);
    }

    private Failure failure() {
        Reason known = Reason.of(reason);
        return new Failure(known == null ? Reason.REFRESH_FAILED : known, Objects.requireNonNull(message), sqlState);
    }

    private String json() {
        try {
            return Json.MAPPER.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a result is made of plain values", e);
        }
    }

    private PodResult withMessage(String shorter) {
        return new PodResult(
                matview,
                kind,
                startTime,
                completionTime,
                facts,
                refreshed,
                reason,
                shorter,
                sqlState,
                attempts,
                lockWait,
                look);
    }

    private static String shortened(String message, int tooMany) {
        // A character takes up to six bytes in JSON, so that this may take several rounds; the mark is one of them.
        int keep = Math.max(0, message.length() - Math.max(8, tooMany / 6) - 3);
        int end = keep > 0 && Character.isHighSurrogate(message.charAt(keep - 1)) ? keep - 1 : keep;
        return end == 0 ? "" : message.substring(0, end) + "...";
    }

    private static int bytes(String line) {
        return line.getBytes(StandardCharsets.UTF_8).length;
    }

    /** What is told of a refresh that was committed. */
    record Refreshed(
            RefreshMode mode,
            @Nullable Long rows,
            long sizeBytes,
            Duration duration,
            ViewVersion version,
            long transactionId,
            List<String> notices) {
        @SuppressWarnings("ConstantValue")
        Refreshed {
            notices = notices == null ? List.of() : List.copyOf(notices);
        }
    }

    /** What is told of the look whether there is anything to do. */
    record Look(
            List<ViewWarning> warnings,
            @Nullable String fingerprint,
            @Nullable Instant since,
            @Nullable Duration duration) {
        @SuppressWarnings("ConstantValue")
        Look {
            warnings = warnings == null ? List.of() : List.copyOf(warnings);
        }
    }
}
