package dev.matview.operator.controller;

import static dev.matview.operator.controller.Looks.at;
import static dev.matview.operator.controller.Looks.facts;
import static dev.matview.operator.controller.Looks.failed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.UpstreamStatus;
import dev.matview.operator.api.ViewWarning;
import dev.matview.operator.refresh.Trigger;
import java.util.ArrayList;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Resources whose views read each other, all due every hour unless they follow. */
class OrderPassTest {
    private static final NextStep NOON = new NextStep.Wait(at("12:00:00"));
    private static final NextStep ON_SCHEDULE = new NextStep.Start(new Trigger.Schedule(at("11:00:00")));
    private static final String HOURLY = "schedules: ['0 * * * *']";

    private final Family family = new Family();

    @Test
    void whenBothAreDueTheDownstreamRunsAfterTheUpstream() {
        Looks base = family.view("base", HOURLY);
        Looks top = family.view("top", HOURLY, "base");
        top.look("11:00:00.001");
        assertThat(top.next()).isEqualTo(new NextStep.Held(at("12:00:00.001")));
        base.look("11:00:00.002");
        assertThat(base.next()).isEqualTo(ON_SCHEDULE);
        top.look("11:00:01");
        assertThat(top.next()).isInstanceOf(NextStep.Held.class);
        Family.run(base, "11:00:05");
        assertThat(base.concerned()).containsExactly(top.key());
        top.look("11:00:05.001");
        assertThat(top.next()).isEqualTo(ON_SCHEDULE);
        Family.run(top, "11:00:06", "base");
        assertThat(top.next()).isEqualTo(NOON);
        assertThat(Family.message(top)).isEqualTo("waited 5s for upstreams");
        assertThat(Family.upstreams(top))
                .containsExactly(new UpstreamStatus("public", "base", true, "base", at("11:00:05")));
    }

    @Test
    void aDownstreamThatIsDueAloneDoesNotWait() {
        family.view("base", "schedules: ['0 12 * * *']");
        Looks top = family.view("top", HOURLY, "base");
        top.look("11:00:00.001");
        assertThat(top.next()).isEqualTo(ON_SCHEDULE);
    }

    @Test
    void itWaitsForARunOfAnyCauseAndWithARequestOfItsOwn() {
        Looks base = family.view("base", "schedules: []");
        Looks top = family.view("top", "schedules: []", "base");
        base.request("a");
        top.request("b");
        base.look("10:30:00");
        top.look("10:30:00");
        assertThat(top.next()).isInstanceOf(NextStep.Held.class);
        Family.run(base, "10:30:10");
        top.look("10:30:10");
        assertThat(top.next()).isEqualTo(new NextStep.Start(new Trigger.Manual("b")));
    }

    @Test
    void itWaitsNoLongerThanItsOwnStartingDeadline() {
        Looks base = family.view("base", HOURLY);
        Looks top = family.view("top", HOURLY + ", startingDeadlineSeconds: 100", "base");
        base.look("11:00:00");
        top.look("11:00:00");
        assertThat(top.next()).isEqualTo(new NextStep.Held(at("11:01:35")));
        base.underWay("11:01:35", "11:00:00");
        top.look("11:01:35");
        assertThat(top.next()).isEqualTo(ON_SCHEDULE);
    }

    @Test
    void withoutADeadlineItWaitsNoLongerThanItsOwnRunMayTake() {
        Looks base = family.view("base", HOURLY);
        Looks top = family.view("top", HOURLY + ", timeouts: {refresh: 10m}", "base");
        base.look("11:00:00");
        top.look("11:00:00");
        top.look("11:09:59");
        assertThat(top.next()).isEqualTo(new NextStep.Held(at("11:10:00")));
        top.look("11:10:00");
        assertThat(top.next()).isEqualTo(ON_SCHEDULE);
    }

    @Test
    void ignoreWaitsForNobodyAndFollowsNobody() {
        Looks base = family.view("base", HOURLY);
        Looks top = family.view("top", HOURLY + ", upstreams: Ignore", "base");
        base.look("11:00:00");
        top.look("11:00:00");
        assertThat(top.next()).isEqualTo(ON_SCHEDULE);
        assertThat(Family.upstreams(top)).singleElement().returns(true, UpstreamStatus::managed);
    }

    @Test
    void nobodyWaitsForWhatDoesNotRunAndIsToldWhatFailed() {
        Looks base = family.view("base", HOURLY);
        Looks top = family.view("top", HOURLY, "base");
        base.look("11:00:00");
        top.look("11:00:00");
        base.end("11:00:05", failed(Reason.DATA_ERROR, facts("base", true), "11:00:00", "11:00:05"));
        top.look("11:00:05");
        assertThat(top.next()).isEqualTo(ON_SCHEDULE);
        Family.run(top, "11:00:06", "base");
        assertThat(Family.message(top))
                .isEqualTo("upstream \"public\".\"base\" failed (DataError); waited 5s for upstreams");
        assertThat(top.ready().status()).isEqualTo("True");
    }

    @Test
    void anUpstreamThatIsRetriedIsNotWaitedFor() {
        Looks base = family.view("base", HOURLY);
        Looks top = family.view("top", HOURLY, "base");
        base.look("11:00:00");
        top.look("11:00:00");
        base.end("11:00:01", failed(Reason.UNREACHABLE, null, "11:00:00", "11:00:01"));
        assertThat(base.concerned()).containsExactly(top.key());
        top.look("11:00:01");
        assertThat(top.next()).isEqualTo(ON_SCHEDULE);
    }

    @Test
    void aDownstreamHearsOfTheEndOfARunWhoseBeginningNobodySaw() {
        Looks base = family.view("base", HOURLY);
        Looks top = family.view("top", HOURLY, "base");
        base.look("10:59:59");
        top.look("11:00:00.001");
        assertThat(top.next()).isInstanceOf(NextStep.Held.class);
        var scheduled = new Trigger.Schedule(at("11:00:00"));
        base.end("11:00:00.100", scheduled, failed(Reason.DATA_ERROR, facts("base", true), "11:00:00", "11:00:00.100"));
        assertThat(base.concerned()).containsExactly(top.key());
        top.look("11:00:00.101");
        assertThat(top.next()).isEqualTo(ON_SCHEDULE);
    }

    @Test
    void anUpstreamThatIsSuspendedStalledOrGoneIsNotWaitedFor() {
        Looks base = family.view("base", HOURLY);
        Looks top = family.view("top", HOURLY, "base");
        base.declare(HOURLY + ", suspend: true");
        base.look("10:30:00");
        top.look("11:00:00");
        assertThat(top.next()).isEqualTo(ON_SCHEDULE);

        base.declare(HOURLY);
        base.look("11:00:00.001");
        top.restart();
        top.look("11:00:00.002");
        assertThat(top.next()).isInstanceOf(NextStep.Held.class);
        base.end("11:00:01", failed(Reason.PERMISSION_DENIED, facts("base", true), "11:00:00", "11:00:01"));
        top.look("11:00:01");
        assertThat(top.next()).isEqualTo(ON_SCHEDULE);

        assertThat(family.ordering().forget(base.key())).containsExactly(top.key());
        top.look("11:00:02");
        assertThat(Family.upstreams(top)).containsExactly(new UpstreamStatus("public", "base", false, null, null));
    }

    @Test
    void viewsThatReadEachOtherWaitForNobodyAndSaySo() {
        Looks a = family.view("a", HOURLY + ", upstreams: Follow", "b");
        Looks b = family.view("b", HOURLY + ", upstreams: Follow", "a");
        Looks reader = family.view("reader", HOURLY, "a");
        a.look("10:30:00");
        assertThat(Objects.requireNonNull(a.status().view()).warnings())
                .singleElement()
                .returns(ViewWarning.CIRCULAR_UPSTREAMS, ViewWarning::reason);
        a.look("11:00:00");
        b.look("11:00:00");
        reader.look("11:00:00");
        assertThat(a.next()).isEqualTo(ON_SCHEDULE);
        assertThat(b.next()).isEqualTo(ON_SCHEDULE);
        assertThat(reader.next()).isInstanceOf(NextStep.Held.class);
        Family.run(a, "11:00:05", "b");
        Family.run(b, "11:00:06", "a");
        a.look("11:00:07");
        reader.look("11:00:07");
        assertThat(a.next()).isEqualTo(NOON);
        assertThat(reader.next()).isEqualTo(ON_SCHEDULE);
    }

    @Test
    void aChainOfTwentyRunsFromItsBeginningToItsEnd() {
        var chain = new ArrayList<Looks>();
        chain.add(family.view("v0", HOURLY));
        for (int i = 1; i < 20; i++) {
            chain.add(family.view("v" + i, HOURLY, "v" + (i - 1)));
        }
        var ran = new ArrayList<String>();
        for (int round = 0; round < 20; round++) {
            for (Looks looks : chain.reversed()) {
                looks.look("11:00:%02d".formatted(round));
            }
            Looks next = chain.get(round);
            assertThat(chain.stream().filter(looks -> looks.next().equals(ON_SCHEDULE)))
                    .containsExactly(next);
            ran.add(next.key().id().getName());
            Family.run(
                    next, "11:00:%02d".formatted(round), round == 0 ? new String[0] : new String[] {"v" + (round - 1)});
        }
        assertThat(ran).hasSize(20);
        assertThat(chain).allSatisfy(looks -> assertThat(looks.next()).isEqualTo(NOON));
    }

    @Test
    void afterARestartTheStatusesTellTheOrder() {
        Looks base = family.view("base", HOURLY);
        Looks top = family.view("top", HOURLY, "base");
        Looks follower = family.view("follower", "upstreams: Follow", "base");
        base.look("11:00:00");
        Family.run(base, "11:00:05");
        follower.look("11:00:05");
        Family.run(follower, "11:00:06", "base");
        var after = new Ordering();
        Stream.of(top, follower, base).map(Looks::resource).forEach(resource -> after.learn(resource, at("11:30:00")));
        assertThat(after.precedence(follower.key(), Plan.of(follower.resource().getSpec()), at("11:30:00"))
                        .ordered(
                                new NextStep.Wait(null), true, follower.status().view()))
                .isEqualTo(new NextStep.Wait(null));
        assertThat(after.precedence(top.key(), Plan.of(top.resource().getSpec()), at("12:00:00"))
                        .ordered(ON_SCHEDULE, true, top.status().view()))
                .isInstanceOf(NextStep.Held.class);
    }

    @Test
    void anUpstreamOfAnotherNamespaceIsManagedAndNotNamed() {
        Looks base = family.view("base", HOURLY).in("elsewhere");
        base.look("10:10:00");
        Looks top = family.view("top", HOURLY, "base");
        assertThat(Family.upstreams(top)).containsExactly(new UpstreamStatus("public", "base", true, null, null));
    }
}
