package dev.matview.operator.cronjob;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.api.SkipReason;
import dev.matview.operator.api.ViewWarning;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewIdentity;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.postgres.ViewVersion;
import dev.matview.operator.refresh.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class PodResultTest {
    private static final Instant START = Instant.parse("2026-11-21T10:00:00.123Z");
    private static final Instant END = START.plusMillis(2_700);

    static Stream<Outcome> outcomes() {
        return Stream.of(
                new Outcome.Checked(facts("totals"), List.of(new ViewWarning("CannotSkip", "it uses now"))),
                new Outcome.Creatable(),
                new Outcome.Missed(facts("totals")),
                new Outcome.Refreshed(
                        facts("totals"),
                        new RefreshResult(
                                RefreshMode.STANDARD,
                                5_000_000_000L,
                                8192,
                                2,
                                Duration.ofMillis(1_500),
                                new ViewVersion(1, 2, 3),
                                4,
                                List.of("it is a plain view now")),
                        START,
                        END,
                        Duration.ofMillis(2_577),
                        List.of(new ViewWarning("CannotSkip", "it uses now")),
                        "a fingerprint",
                        "in doubt"),
                new Outcome.Unchanged(
                        facts("totals"), START, END, Duration.ofMillis(12), START, List.of(), "a fingerprint"),
                new Outcome.Failed(
                        new Failure(Reason.VIEW_BUSY, "somebody \"holds\" it\n", "55P03"),
                        facts("Größe\u0001"),
                        START,
                        END,
                        3,
                        Duration.ofSeconds(9)),
                new Outcome.Failed(new Failure(Reason.UNREACHABLE, "no answer"), null, START, END, 0, Duration.ZERO),
                new Outcome.Skipped(SkipReason.COALESCED, "another does it", START, END),
                new Outcome.Skipped(SkipReason.VIEW_MISSING, "there is none", START, END));
    }

    @ParameterizedTest
    @MethodSource("outcomes")
    void anOutcomeComesThroughAsItWas(Outcome outcome) {
        String line = PodResult.line(outcome);
        assertThat(line).hasLineCount(1);
        assertThat(PodResult.outcome(line)).isEqualTo(outcome);
    }

    @ParameterizedTest
    @MethodSource("outcomes")
    void aLineThatWasCutIsNoResult(Outcome outcome) {
        String line = PodResult.line(outcome);
        for (int end = 0; end < line.length(); end++) {
            assertThat(PodResult.outcome(line.substring(0, end))).isNull();
        }
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "Killed",
                "null",
                "[]",
                "7",
                "{}",
                "{\"kind\":\"Checked\"}",
                "{\"matview\":1,\"kind\":\"Checked\"}",
                "{\"matview\":2,\"kind\":\"Skipped\",\"message\":\"m\",\"startTime\":\"2026-11-21T10:00:00Z\","
                        + "\"completionTime\":\"2026-11-21T10:00:00Z\"}",
                "{\"matview\":1,\"kind\":\"Vacuumed\"}"
            })
    void whatIsNotOursIsNoResult(String line) {
        assertThat(PodResult.outcome(line)).isNull();
    }

    @Test
    void aReasonOfALaterVersionIsAFailureAllTheSame() {
        String line = PodResult.line(
                        new Outcome.Failed(new Failure(Reason.DISK_FULL, "m"), null, START, END, 1, Duration.ZERO))
                .replace("DiskFull", "MoonFull");
        assertThat(PodResult.outcome(line)).isInstanceOfSatisfying(Outcome.Failed.class, failed -> assertThat(
                        failed.failure().reason())
                .isEqualTo(Reason.REFRESH_FAILED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "ü", "\u0001", "\"", "𝄞"})
    void aMessageIsShortenedUntilTheLineFits(String character) {
        String name = "\u0001".repeat(63);
        var failure = new Failure(Reason.DEFINITION_BROKEN, character.repeat(5_000), "42703");
        String line = PodResult.line(new Outcome.Failed(failure, facts(name), START, END, 1, Duration.ZERO));
        assertThat(line.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(3_000, PodResult.LIMIT);
        assertThat(PodResult.outcome(line)).isInstanceOfSatisfying(Outcome.Failed.class, failed -> assertThat(
                        failed.failure().message())
                .endsWith(character + "..."));
    }

    private static ViewFacts facts(String name) {
        return new ViewFacts(
                new ViewIdentity("7412345678901234567", "app", new ViewName("public", name)),
                16_400,
                true,
                "owner",
                true,
                false,
                10L,
                null,
                List.of(),
                List.of(new ViewFacts.UniqueIndex("totals_key", null)),
                null,
                "0a1b2c3d4e5f6071",
                List.of(new ViewName("other", "base")));
    }
}
