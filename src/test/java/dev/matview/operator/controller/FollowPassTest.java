package dev.matview.operator.controller;

import static dev.matview.operator.controller.Looks.at;
import static dev.matview.operator.controller.Looks.failed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Reason;
import dev.matview.operator.refresh.Trigger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Resources that follow those whose views theirs read. */
class FollowPassTest {
    private static final NextStep FOLLOWING = new NextStep.Start(new Trigger.Upstream());
    private static final String HOURLY = "schedules: ['0 * * * *']";

    private final Family family = new Family();

    @Test
    void aFollowerRunsOnceWhenAllThatItReadsHaveRun() {
        Looks base = family.view("base", HOURLY);
        Looks left = family.view("left", "upstreams: Follow", "base");
        Looks right = family.view("right", "upstreams: Follow", "base");
        Looks top = family.view("top", "upstreams: Follow", "left", "right");
        assertThat(Stream.of(left, right, top).map(Looks::next)).containsOnly(new NextStep.Wait(null));
        base.look("11:00:00");
        Stream.of(top, left, right).forEach(looks -> looks.look("11:00:00"));
        assertThat(Stream.of(left, right, top).map(Looks::next)).containsOnly(new NextStep.Wait(null));
        Family.run(base, "11:00:05");
        assertThat(base.concerned()).containsExactlyInAnyOrder(left.key(), right.key());
        left.look("11:00:05");
        assertThat(left.next()).isEqualTo(FOLLOWING);
        Family.run(left, "11:00:06", "base");
        assertThat(left.concerned()).containsExactly(top.key());
        top.look("11:00:06");
        assertThat(top.next())
                .as("the other one is behind, though nobody has looked at it yet")
                .isInstanceOf(NextStep.Held.class);
        right.look("11:00:06");
        assertThat(right.next()).isEqualTo(FOLLOWING);
        Family.run(right, "11:00:07", "base");
        top.look("11:00:07");
        assertThat(top.next()).isEqualTo(FOLLOWING);
        Family.run(top, "11:00:08", "left", "right");
        assertThat(top.next()).isEqualTo(new NextStep.Wait(null));
        assertThat(top.status().schedule()).isEqualTo("after upstreams");
    }

    @Test
    void whatIsDueWaitsForAFollowerOfWhatIsDue() {
        Looks base = family.view("base", HOURLY);
        family.view("middle", "upstreams: Follow", "base");
        Looks top = family.view("top", HOURLY, "middle");
        top.look("11:00:00");
        assertThat(top.next()).isInstanceOf(NextStep.Held.class);
        assertThat(base.next()).isEqualTo(new NextStep.Wait(at("11:00:00")));
    }

    @Test
    void aFollowerThatFailsIsNotRunAgainUntilItsUpstreamIsRefreshedAgain() {
        Looks base = family.view("base", HOURLY);
        Looks top = family.view("top", "upstreams: Follow", "base");
        base.look("11:00:00");
        Family.run(base, "11:00:05");
        top.look("11:00:05");
        top.end("11:00:06", failed(Reason.DATA_ERROR, Family.reading("top", "base"), "11:00:05", "11:00:06"));
        assertThat(top.next()).isEqualTo(new NextStep.Wait(null));
        base.look("12:00:00");
        Family.run(base, "12:00:05");
        top.look("12:00:05");
        assertThat(top.next()).isEqualTo(FOLLOWING);
    }

    @Test
    void aSuspendedFollowerStaysBehindUntilItIsResumed() {
        Looks base = family.view("base", HOURLY);
        Looks top = family.view("top", "upstreams: Follow, suspend: true", "base");
        base.look("11:00:00");
        Family.run(base, "11:00:05");
        top.look("11:00:05");
        assertThat(top.next()).isEqualTo(new NextStep.Wait(null));
        top.declare("upstreams: Follow");
        top.look("11:00:10");
        assertThat(top.next()).isEqualTo(FOLLOWING);
    }

    @Test
    void aClockThatIsSetBackMakesNobodyFollowTwice() {
        Looks base = family.view("base", HOURLY);
        Looks top = family.view("top", "upstreams: Follow", "base");
        base.look("11:00:00");
        Family.run(base, "11:00:05");
        top.look("10:00:05");
        assertThat(top.next()).isEqualTo(FOLLOWING);
        Family.run(top, "10:00:06", "base");
        assertThat(top.next()).isEqualTo(new NextStep.Wait(null));
    }
}
