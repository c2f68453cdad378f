package dev.matview.operator.controller;

import static dev.matview.operator.controller.Looks.at;
import static dev.matview.operator.controller.Looks.facts;
import static dev.matview.operator.controller.Looks.failed;
import static dev.matview.operator.controller.Looks.refreshed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Condition;
import dev.matview.operator.api.MaterializedViewRefreshSpec;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.ViewWarning;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Trigger;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One resource from look to look that promises to be no older than 90 minutes. */
class FreshnessPassTest {
    private static final String SPEC = "schedules: ['0 * * * *'], freshness: {maxAge: 90m}";

    private final Looks resource = Looks.inOperator();

    @BeforeEach
    void declare() {
        resource.declare(SPEC);
        resource.settle();
    }

    @Test
    void beforeTheFirstRefreshNothingIsKnown() {
        assertThat(fresh()).returns("Unknown", Condition::status).returns("NeverRefreshed", Condition::reason);
    }

    @Test
    void itIsFreshFromARefreshUntilTheVeryMomentThatTheAgeIsReached() {
        refresh("11:00:00", "11:00:05");
        assertThat(fresh()).returns("True", Condition::status).returns("Fresh", Condition::reason);
        assertThat(resource.sleep()).isEqualTo(Duration.ofMinutes(90).plusMillis(1));
        resource.look("12:30:04");
        assertThat(fresh().status()).isEqualTo("True");
        assertThat(resource.sleep()).isEqualTo(Duration.ofMillis(1_001));
        resource.look("12:30:05");
        assertThat(fresh()).returns("False", Condition::status).returns("Stale", Condition::reason);
        assertThat(fresh().message()).contains("90m", "2026-11-21T12:30:05Z", "2026-11-21T11:00:05Z");
    }

    @Test
    void nothingIsWrittenInBetween() {
        refresh("11:00:00", "11:00:05");
        MaterializedViewRefreshStatus before = resource.status();
        resource.look("11:59:59");
        assertThat(resource.status()).isEqualTo(before);
        resource.declare(SPEC + ", suspend: true");
        resource.look("12:30:05");
        MaterializedViewRefreshStatus lapsed = resource.status();
        resource.look("12:35:05");
        assertThat(resource.status()).isEqualTo(lapsed);
    }

    @Test
    void itLapsesWhileTheDatabaseCannotBeReached() {
        refresh("11:00:00", "11:00:05");
        resource.look("12:00:00");
        resource.end("12:00:01", failed(Reason.UNREACHABLE, null, "12:00:00", "12:00:01"));
        assertThat(resource.next()).isEqualTo(new NextStep.Wait(at("12:00:11")));
        assertThat(fresh().status()).isEqualTo("True");
        resource.look("12:00:11");
        resource.underWay("12:30:05", "12:00:11");
        assertThat(fresh().status()).isEqualTo("False");
    }

    @Test
    void itLapsesWhileTheResourceIsStalledToo() {
        refresh("11:00:00", "11:00:05");
        resource.look("12:00:00");
        resource.end("12:00:01", failed(Reason.VIEW_MISSING, null, "12:00:00", "12:00:01"));
        assertThat(resource.sleep())
                .isEqualTo(Duration.ofMinutes(30).plusSeconds(4).plusMillis(1));
        resource.declare("schedules: ['0 25 * * *'], freshness: {maxAge: 90m}");
        resource.look("12:30:05");
        assertThat(resource.ready().reason()).isEqualTo("InvalidSpec");
        assertThat(fresh().status()).isEqualTo("False");
    }

    @Test
    void thatItLapsesAndThatItIsFreshAgainIsAnnounced() {
        refresh("11:00:00", "11:00:05");
        resource.declare(SPEC + ", suspend: true");
        MaterializedViewRefreshStatus before = resource.status();
        resource.look("12:30:05");
        assertThat(Announcement.between(before, resource.status()))
                .singleElement()
                .returns("Warning", Announcement::type)
                .returns("Stale", Announcement::reason);
        before = resource.status();
        resource.request("a");
        resource.look("12:40:00");
        resource.end("12:40:01", refreshed("12:40:00", "12:40:01"));
        assertThat(Announcement.between(before, resource.status()))
                .extracting(Announcement::reason)
                .startsWith("Refreshed", "Fresh");
    }

    @Test
    void aRunThatWasSkippedBecauseNothingChangedMakesItFreshAsOfItsLook() {
        refresh("11:00:00", "11:00:05");
        resource.look("12:00:00");
        var hour = Duration.ofSeconds(1);
        resource.end(
                "12:00:20",
                new Outcome.Unchanged(
                        facts(true), at("12:00:01"), at("12:00:20"), hour, at("11:00:05"), List.of(), "print"));
        resource.look("13:30:00");
        assertThat(fresh().status()).isEqualTo("True");
        resource.look("13:30:01");
        assertThat(fresh().status()).isEqualTo("False");
    }

    @Test
    void withoutThePromiseThereIsNoCondition() {
        refresh("11:00:00", "11:00:05");
        resource.declare("schedules: ['0 * * * *']");
        resource.look("11:10:00");
        assertThat(resource.status().condition("Fresh")).isNull();
        assertThat(resource.sleep()).isEqualTo(Duration.ofDays(1));
    }

    @Test
    void anotherPromiseCountsAtOnce() {
        refresh("11:00:00", "11:00:05");
        resource.declare("schedules: ['0 * * * *'], freshness: {maxAge: 5m}");
        resource.look("11:10:00");
        assertThat(fresh().status()).isEqualTo("False");
    }

    @Test
    void theSuccessOfOneViewSaysNothingOfAnother() {
        refresh("11:00:00", "11:00:05");
        resource.generation(2);
        resource.end("11:10:00", new Trigger.Check(), new Outcome.Checked(facts("another", true), List.of()));
        assertThat(fresh()).returns("Unknown", Condition::status).returns("NeverRefreshed", Condition::reason);
        refresh("12:00:00", "12:00:05");
        assertThat(fresh().status()).isEqualTo("True");
    }

    @Test
    void aPromiseThatCannotBeReadIsNeitherKeptNorBroken() {
        refresh("11:00:00", "11:00:05");
        resource.declare(MaterializedViewRefreshSpec.unreadable("spec.mode holds what this version does not know"));
        resource.look("11:10:00");
        assertThat(fresh()).returns("Unknown", Condition::status).returns("UnreadableSpec", Condition::reason);
    }

    @Test
    void aClockThatIsSetBackMakesItUnknownUntilItIsPastTheSuccess() {
        refresh("11:00:00", "11:00:05");
        resource.look("11:00:00");
        assertThat(fresh().status()).as("clocks differ a little").isEqualTo("True");
        resource.look("10:30:05");
        assertThat(fresh()).returns("Unknown", Condition::status).returns("ClockSetBack", Condition::reason);
        assertThat(resource.sleep()).isEqualTo(Duration.ofMinutes(29).plusMillis(1));
        resource.look("10:59:05");
        assertThat(fresh().status()).isEqualTo("True");
    }

    @Test
    void aClockThatIsSetForthAndBackAgainLeavesNothingBehind() {
        refresh("11:00:00", "11:00:05");
        resource.declare(SPEC + ", suspend: true");
        resource.look("11:10:00");
        String message = fresh().message();
        resource.look("23:00:00");
        assertThat(fresh().status()).isEqualTo("False");
        resource.look("11:11:00");
        assertThat(fresh()).returns("True", Condition::status).returns(message, Condition::message);
    }

    @Test
    void aPromiseThatTheScheduleCannotKeepIsAWarningThatGoesWithIt() {
        assertThat(warnings()).isEmpty();
        resource.declare("schedules: ['0 * * * *', '0,30 9-16 * * 1-5'], freshness: {maxAge: 45m}");
        resource.generation(2);
        MaterializedViewRefreshStatus before = resource.status();
        check("10:10:00");
        assertThat(warnings()).singleElement().satisfies(warning -> {
            assertThat(warning.reason()).isEqualTo("FreshnessShorterThanSchedule");
            assertThat(warning.message()).contains("(45m)", "(1h)");
        });
        assertThat(Announcement.between(before, resource.status()))
                .extracting(Announcement::reason)
                .containsExactly("FreshnessShorterThanSchedule");
        refresh("11:00:00", "11:00:05");
        assertThat(warnings()).hasSize(1);
        resource.declare(SPEC);
        resource.generation(3);
        check("11:10:00");
        assertThat(warnings()).isEmpty();
    }

    private void check(String time) {
        resource.end(time, new Trigger.Check(), new Outcome.Checked(facts(true), List.of()));
    }

    private List<ViewWarning> warnings() {
        return Objects.requireNonNull(resource.status().view()).warnings();
    }

    private void refresh(String start, String end) {
        resource.look(start);
        resource.end(end, refreshed(start, end));
    }

    private Condition fresh() {
        return Objects.requireNonNull(resource.status().condition("Fresh"));
    }
}
