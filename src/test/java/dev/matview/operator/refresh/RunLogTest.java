package dev.matview.operator.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Reason;
import dev.matview.operator.postgres.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RunLogTest {
    private static final Logger LOGGER = Logger.getLogger(RunLog.class.getName());
    private static final PatternFormatter MESSAGE = new PatternFormatter("%s");
    private static final Trigger DUE = new Trigger.Schedule(Instant.parse("2026-01-01T00:00:00Z"));
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:01Z");

    private final List<ExtLogRecord> lines = new ArrayList<>();
    private final Handler handler = new Lines();
    private final RunLog<String> log = new RunLog<>();

    @BeforeEach
    void listen() {
        LOGGER.addHandler(handler);
    }

    @AfterEach
    void end() {
        LOGGER.removeHandler(handler);
        MDC.clear();
    }

    @Test
    void aRunHasTwoLinesWithItsFields() {
        var request = request(DUE);
        log.opens(request);
        log.connects("db:5432/app");
        log.begins(request);
        log.ended(request, true, failed(Reason.DATA_ERROR));

        assertThat(messages())
                .containsExactly(
                        "INFO ns/v: run begins: Schedule of 2026-01-01T00:00:00Z, Concurrent, on db:5432/app",
                        "WARN ns/v: run ended: Failed, DataError: in our words (3 attempts, waited 1.5s for others)");
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.getMdc("resource")).isEqualTo("ns/v");
            assertThat(line.getMdc("database")).isEqualTo("db:5432/app");
            assertThat(line.getMdc("run")).matches(Pattern.compile("[0-9a-f]{16}"));
        });
    }

    @Test
    void aFailureBeforeItsTurnHasALineWhenTheReasonIsNew() {
        var request = request(DUE);
        for (Reason reason : List.of(Reason.UNREACHABLE, Reason.UNREACHABLE, Reason.TLS_FAILED, Reason.TLS_FAILED)) {
            log.ended(request, false, failed(reason));
        }
        log.begins(request);
        log.ended(request, false, failed(Reason.TLS_FAILED));
        log.forget("ns/v");
        log.ended(request, false, failed(Reason.TLS_FAILED));

        assertThat(messages())
                .filteredOn(line -> line.startsWith("WARN "))
                .hasSize(4)
                .first()
                .asString()
                .contains("Unreachable");
    }

    @Test
    void checksHaveNone() {
        log.ended(request(new Trigger.Check()), false, failed(Reason.VIEW_MISSING));
        log.ended(request(new Trigger.Check()), false, new Outcome.Creatable());
        assertThat(messages()).noneMatch(line -> line.startsWith("WARN ") || line.startsWith("INFO "));
    }

    private List<String> messages() {
        return lines.stream()
                .map(line -> line.getLevel() + " " + MESSAGE.format(line))
                .toList();
    }

    private static RunRequest<String> request(Trigger trigger) {
        var request = TestRuns.request("ns/v", () -> {
            throw new IllegalStateException("nobody connects");
        });
        return new RunRequest<>(
                request.key(),
                request.generation(),
                trigger,
                null,
                request.credentials(),
                request.view(),
                request.admission(),
                null);
    }

    private static Outcome failed(Reason reason) {
        return new Outcome.Failed(new Failure(reason, "in our words"), null, NOW, NOW, 3, Duration.ofMillis(1_500));
    }

    private final class Lines extends Handler {
        @Override
        public void publish(LogRecord line) {
            var copy = ExtLogRecord.wrap(line);
            copy.copyMdc();
            lines.add(copy);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}

        @Override
        public boolean isLoggable(LogRecord line) {
            return line.getLevel().intValue() >= Level.FINE.intValue();
        }
    }
}
