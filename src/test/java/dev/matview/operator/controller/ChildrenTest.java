package dev.matview.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Reason;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.refresh.Outcome;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which of a resource's Jobs is looked at, and which is of no more use. */
class ChildrenTest {
    private static final Instant NOW = Instant.parse("2026-11-21T11:00:30Z");
    private static final String STUCK = "waiting: {reason: ImagePullBackOff}";
    private static final String RUNNING = "running: {startedAt: '2026-11-21T11:00:20Z'}";

    @Test
    void aRunWhosePodCannotStartIsUnderWayAsLongAsItsPodWouldBeTheSame() {
        assertThat(children(STUCK).progress(List.of("uid-a"), job -> true, NOW))
                .isInstanceOfSatisfying(Progress.UnderWay.class, run -> assertThat(run.obstacle())
                        .returns(Reason.IMAGE_NOT_PULLED, Failure::reason));
    }

    @Test
    void aRunWhosePodCannotStartIsGivenUpWhenItsPodWouldBeAnother() {
        assertThat(children(STUCK).progress(List.of("earlier", "uid-a"), job -> false, NOW))
                .isInstanceOfSatisfying(Progress.Ended.class, run -> {
                    assertThat(run.givenUp()).isTrue();
                    assertThat(run.recordedJobs()).containsExactly("uid-a", "uid-b");
                    assertThat(run.outcome()).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                        assertThat(failed.failure().reason()).isEqualTo(Reason.IMAGE_NOT_PULLED);
                        assertThat(failed.failure().message()).endsWith("the run begins anew");
                        assertThat(failed.startTime()).isEqualTo(Instant.parse("2026-11-21T11:00:00Z"));
                    });
                });
    }

    @Test
    void aRunWhosePodHasStartedOrIsAboutToIsLeftAlone() {
        for (String state : List.of(RUNNING, "waiting: {reason: ContainerCreating}")) {
            assertThat(children(state).progress(List.of("uid-a"), job -> false, NOW))
                    .isInstanceOf(Progress.UnderWay.class);
        }
    }

    @Test
    void ofRecordedJobsThoseThatLookedOrWereGivenUpAreOfNoMoreUse() {
        assertThat(names(children(STUCK), "uid-a", "uid-b")).containsExactly("a", "b");
        assertThat(names(children(STUCK), "uid-a")).containsExactly("a");
        assertThat(names(children(RUNNING), "uid-b")).as("started all the same").isEmpty();
    }

    @Test
    void aJobThatWasJustMadeIsUnderWayBeforeTheInformersShowIt() {
        assertThat(Children.NONE.with(job("c", "Manual")).progress(List.of(), job -> true, NOW))
                .isInstanceOfSatisfying(
                        Progress.UnderWay.class,
                        run -> assertThat(run.purpose().job()).isEqualTo("c"));
        Children shown = children(RUNNING);
        assertThat(shown.with(job("b", "Manual"))).isEqualTo(shown);
    }

    private static List<String> names(Children children, String... recordedJobs) {
        return children.spent(List.of(recordedJobs), NOW).stream()
                .map(job -> job.getMetadata().getName())
                .toList();
    }

    /** Job a has looked at the view, and Job b has a pod whose container is so. */
    private static Children children(String state) {
        Job looked = job("a", "Check");
        Job job = job("b", "Manual");
        Pod pod = Serialization.unmarshal("""
                apiVersion: v1
                kind: Pod
                metadata:
                  name: b-1
                  labels: {batch.kubernetes.io/controller-uid: uid-b}
                  creationTimestamp: '2026-11-21T11:00:01Z'
                spec: {containers: [{name: refresh, image: operator}]}
                status: {phase: Pending, containerStatuses: [{name: refresh, state: {%s}}]}
                """.formatted(state), Pod.class);
        return new Children(List.of(), Stream.of(looked, job).toList(), List.of(pod));
    }

    private static Job job(String name, String trigger) {
        return Serialization.unmarshal("""
                apiVersion: batch/v1
                kind: Job
                metadata:
                  name: %s
                  uid: uid-%s
                  annotations: {matview.dev/trigger: %s}
                  creationTimestamp: '2026-11-21T11:00:00Z'
                spec: {template: {spec: {containers: [{name: refresh, image: operator}]}}}
                """.formatted(name, name, trigger), Job.class);
    }
}
