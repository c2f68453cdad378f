package dev.matview.operator.cronjob;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Reason;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Trigger;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobRunTest {
    private static final Instant CREATED = Instant.parse("2026-11-21T10:00:01Z");
    private static final Declaration DECLARATION = Declarations.of("schedules: ['0 * * * *']");

    @Test
    void aJobOfTheControllerAnswersItsScheduledTime() {
        Job job = new JobBuilder(job(new Trigger.Check()))
                .editMetadata()
                .removeFromAnnotations(Labels.TRIGGER)
                .addToAnnotations(Labels.CONTROLLER_TIME, "2026-11-21T11:00:00+01:00")
                .endMetadata()
                .build();
        var purpose = run(job, null).purpose();
        assertThat(purpose.trigger()).isEqualTo(new Trigger.Schedule(Instant.parse("2026-11-21T10:00:00Z")));
        assertThat(purpose.generation()).isEqualTo(3);
        assertThat(purpose.job()).isEqualTo(job.getMetadata().getName());
    }

    @Test
    void aJobOfTheOperatorSaysWhatItIsFor() {
        for (Trigger trigger : List.of(
                new Trigger.Manual("token"),
                new Trigger.Schedule(CREATED),
                new Trigger.Immediate(),
                new Trigger.Unpopulated(),
                new Trigger.Check())) {
            assertThat(run(job(trigger), null).purpose().trigger()).isEqualTo(trigger);
        }
    }

    @Test
    void theCommandsWordCountsMoreThanThatOfTheJob() {
        var failed = new Outcome.Failed(
                new Failure(Reason.VIEW_MISSING, "no view"), null, CREATED, CREATED, 0, Duration.ZERO);
        Pod pod = pod(terminated("Error", 1, PodResult.line(failed)));
        assertThat(run(finished("Failed", "DeadlineExceeded"), pod).state()).isEqualTo(new JobState.Ended(failed));
    }

    @ParameterizedTest
    @CsvSource({
        "'{phase: Failed, reason: Evicted}', PodEvicted",
        "'{phase: Failed, reason: NodeShutdown}', PodEvicted",
        "'{phase: Failed, reason: NodeLost}', NodeLost",
        "'{phase: Failed, reason: OutOfmemory}', PodNotScheduled",
        "'{phase: Failed, conditions: [{type: DisruptionTarget, status: \"True\", reason: DeletionByPodGC}]}', NodeLost",
        "'{phase: Failed, conditions: [{type: DisruptionTarget, status: \"True\", reason: PreemptionByScheduler}]}', PodEvicted",
        "'{phase: Failed, conditions: [{type: DisruptionTarget, status: \"True\", reason: EvictionByEvictionAPI}]}', PodEvicted",
    })
    void aPodThatHadToGoSaysWhy(String status, String reason) {
        assertThat(ended(finished("Failed", "BackoffLimitExceeded"), pod(status))
                        .value())
                .isEqualTo(reason);
        assertThat(ended(job(new Trigger.Immediate()), pod(status)).value())
                .as("before the Job controller knows")
                .isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource({
        "OOMKilled, 137, '', PodOutOfMemory, limits.memory",
        "StartError, 128, '', PodNotStarted, pod template",
        "Error, 137, '', ResultMissing, limits.memory",
        "Error, 137, hello, ResultMissing, pod template",
        "Error, 1, '{\"matview\":1,\"ki', ResultMissing, pod template",
        "Completed, 0, hello, ResultMissing, pod template",
    })
    void aContainerThatLeavesNoResultIsToldApart(String how, int code, String message, String reason, String fix) {
        Failure failure = failure(job(new Trigger.Immediate()), pod(terminated(how, code, message)));
        assertThat(failure.reason().value()).isEqualTo(reason);
        assertThat(failure.message()).contains(fix);
    }

    @Test
    void oneThatWasStoppedBecauseItsNodeIsDrainedOrItsTimeIsOverSaysSo() {
        var stopped = new Outcome.Failed(
                new Failure(Reason.INTERRUPTED, "stopped"), null, CREATED, CREATED, 1, Duration.ZERO);
        String line = PodResult.line(stopped);
        Pod plain = pod(terminated("Error", 143, line));
        assertThat(ended(finished("Failed", "DeadlineExceeded"), plain)).isEqualTo(Reason.DEADLINE_EXCEEDED);
        assertThat(ended(finished("Failed", "BackoffLimitExceeded"), plain)).isEqualTo(Reason.INTERRUPTED);
        Pod drained = new PodBuilder(plain)
                .editStatus()
                .addNewCondition()
                .withType("DisruptionTarget")
                .withStatus("True")
                .withReason("EvictionByEvictionAPI")
                .endCondition()
                .endStatus()
                .build();
        assertThat(ended(finished("Failed", "BackoffLimitExceeded"), drained)).isEqualTo(Reason.POD_EVICTED);
    }

    @Test
    void aJobWhosePodIsGoneHasNoResult() {
        assertThat(ended(finished("Failed", "BackoffLimitExceeded"), null)).isEqualTo(Reason.POD_DELETED);
        assertThat(ended(finished("Failed", "DeadlineExceeded"), null)).isEqualTo(Reason.DEADLINE_EXCEEDED);
        assertThat(ended(finished("Complete", "CompletionsReached"), null)).isEqualTo(Reason.RESULT_MISSING);
    }

    @ParameterizedTest
    @CsvSource({
        "'{containerStatuses: [{name: refresh, state: {waiting: {reason: ImagePullBackOff}}}]}', ImageNotPulled",
        "'{containerStatuses: [{name: refresh, state: {waiting: {reason: InvalidImageName}}}]}', ImageNotPulled",
        "'{containerStatuses: [{name: refresh, state: {waiting: {reason: CreateContainerConfigError}}}]}', PodNotStarted",
        "'{conditions: [{type: PodScheduled, status: \"False\", reason: Unschedulable}]}', PodNotScheduled",
        "'{containerStatuses: [{name: refresh, state: {waiting: {reason: ContainerCreating}}}]}', ",
        "'{containerStatuses: [{name: log, state: {waiting: {reason: ImagePullBackOff}}}]}', ",
    })
    void whatKeepsAPodFromStartingIsNamed(String status, @Nullable String reason) {
        assertThat(run(job(new Trigger.Immediate()), pod(status)).state())
                .isInstanceOfSatisfying(JobState.Active.class, active -> {
                    assertThat(active.startTime()).isNull();
                    assertThat(
                                    active.obstacle() == null
                                            ? null
                                            : active.obstacle().reason().value())
                            .isEqualTo(reason);
                });
    }

    /** What kubelets of Kubernetes 1.30 to 1.36 write, with containerd and CRI-O. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ErrImagePull     | pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed
            ErrImagePull     | failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://registry/token: 401 Unauthorized
            ErrImagePull     | unable to retrieve auth token: invalid username/password: unauthorized: authentication required
            ErrImagePull     | unexpected status from HEAD request to https://registry/v2/operator/manifests/1: 403 Forbidden
            ImagePullBackOff | Back-off pulling image "operator:1": ErrImagePull: requested access to the resource is denied
            """)
    void anImageThatTheRegistryRefusesNamesTheSecretToPullItWith(String reason, String message) {
        String status = "{containerStatuses: [{name: refresh, state: {waiting: {reason: " + reason + ", message: '"
                + message + "'}}}]}";
        Pod pod = pod(status);
        assertThat(obstacle(pod)).contains("the registry refuses it", "cronJobs.imagePullSecrets", "\"analytics\"");
        Pod withSecret = new PodBuilder(pod)
                .editSpec()
                .addNewImagePullSecret("registry")
                .endSpec()
                .build();
        assertThat(obstacle(withSecret)).contains("the registry refuses it", "Secret \"registry\"", "\"analytics\"");
    }

    @ParameterizedTest
    @CsvSource({
        "ErrImagePull, dial tcp 127.0.0.1:443: connect: connection refused",
        "ImagePullBackOff, Back-off pulling image \"operator:1\"",
        "ErrImageNeverPull, Container image \"operator:1\" is not present with pull policy of Never",
        "ErrImagePull, operator:1: not found",
    })
    void anImageThatIsNotThereNamesTheImageFirst(String reason, String message) {
        String status = "{containerStatuses: [{name: refresh, state: {waiting: {reason: " + reason + ", message: '"
                + message + "'}}}]}";
        assertThat(obstacle(pod(status)))
                .contains("correct the image", "\"operator:1\"", "cronJobs.imagePullSecrets")
                .doesNotContain("refuses");
    }

    private static String obstacle(Pod pod) {
        JobState state = run(job(new Trigger.Immediate()), pod).state();
        assertThat(state).isInstanceOf(JobState.Active.class);
        return Objects.requireNonNull(((JobState.Active) state).obstacle()).message();
    }

    @Test
    void aNodeThatTakesLongAndSaysNothingIsSaidAfterAWhile() {
        Job job = job(new Trigger.Immediate());
        List<Pod> creating =
                List.of(pod("{containerStatuses: [{name: refresh, state: {waiting: {reason: ContainerCreating}}}]}"));
        assertThat(JobRun.of(job, creating, CREATED.plusSeconds(60)).state())
                .isEqualTo(new JobState.Active(null, null));
        assertThat(JobRun.of(job, creating, CREATED.plusSeconds(180)).state())
                .isInstanceOfSatisfying(JobState.Active.class, active -> assertThat(active.obstacle())
                        .returns(Reason.POD_NOT_STARTED, Failure::reason));
    }

    @Test
    void aJobForWhichNobodyMakesAPodIsSaidAfterAWhile() {
        Job job = job(new Trigger.Immediate());
        assertThat(JobRun.of(job, List.of(), CREATED.plusSeconds(5)).state())
                .isEqualTo(new JobState.Active(null, null));
        assertThat(JobRun.of(job, List.of(), CREATED.plusSeconds(60)).state())
                .isInstanceOfSatisfying(JobState.Active.class, active -> assertThat(active.obstacle())
                        .isNotNull());
    }

    @Test
    void aPodThatIsGoneBeforeItsJobIsOverIsNoneThatNobodyMakes() {
        for (String status : List.of(
                "{active: 1}",
                "{conditions: [{type: FailureTarget, status: 'True', reason: DeadlineExceeded}]}",
                "{failed: 1}")) {
            Job job = new JobBuilder(job(new Trigger.Immediate()))
                    .withStatus(Serialization.unmarshal("--- " + status, JobStatus.class))
                    .build();
            assertThat(JobRun.of(job, List.of(), CREATED.plusSeconds(60)).state())
                    .isEqualTo(new JobState.Active(null, null));
        }
    }

    @Test
    void aPodThatIsStoppedAtTheDeadlineIsNoneToBeMadeUpEvenBeforeTheJobIsOver() {
        var stopped = new Outcome.Failed(
                new Failure(Reason.INTERRUPTED, "stopped"), null, CREATED, CREATED, 1, Duration.ZERO);
        Job job = new JobBuilder(job(new Trigger.Immediate()))
                .withStatus(Serialization.unmarshal(
                        "--- {conditions: [{type: FailureTarget, status: 'True', reason: DeadlineExceeded}]}",
                        JobStatus.class))
                .build();
        assertThat(ended(job, pod(terminated("Error", 143, PodResult.line(stopped)))))
                .isEqualTo(Reason.DEADLINE_EXCEEDED);
    }

    @Test
    void oneThatRunsSaysSinceWhen() {
        Pod pod = pod("{containerStatuses: [{name: refresh, state: {running: {startedAt: '2026-11-21T10:00:05Z'}}}]}");
        assertThat(run(job(new Trigger.Immediate()), pod).state())
                .isEqualTo(new JobState.Active(Instant.parse("2026-11-21T10:00:05Z"), null));
    }

    private static String terminated(String reason, int code, String message) {
        return "{phase: Failed, containerStatuses: [{name: log}, {name: refresh, state: {terminated: {reason: " + reason
                + ", exitCode: " + code + ", message: '" + message.replace("'", "''")
                + "', startedAt: '2026-11-21T10:00:02Z', finishedAt: '2026-11-21T10:00:03Z'}}}]}";
    }

    private static Reason ended(Job job, @Nullable Pod pod) {
        return failure(job, pod).reason();
    }

    private static Failure failure(Job job, @Nullable Pod pod) {
        JobState state = run(job, pod).state();
        assertThat(state).isInstanceOf(JobState.Ended.class);
        Outcome outcome = ((JobState.Ended) state).outcome();
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        Failure failure = ((Outcome.Failed) outcome).failure();
        assertThat(failure.message()).isNotBlank();
        return failure;
    }

    private static JobRun run(Job job, @Nullable Pod pod) {
        return JobRun.of(job, pod == null ? List.of() : List.of(pod), CREATED.plusSeconds(10));
    }

    private static Job job(Trigger trigger) {
        return new JobBuilder(DECLARATION.job(DECLARATION.cronJobs().getFirst(), trigger, ""))
                .editMetadata()
                .withUid("job-uid")
                .withCreationTimestamp(CREATED.toString())
                .endMetadata()
                .build();
    }

    private static Job finished(String condition, String reason) {
        return new JobBuilder(job(new Trigger.Immediate()))
                .withStatus(Serialization.unmarshal(
                        "--- {conditions: [{type: %s, status: 'True', reason: %s, lastTransitionTime: '2026-11-21T10:00:09Z'}]}"
                                .formatted(condition, reason),
                        JobStatus.class))
                .build();
    }

    private static Pod pod(String status) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("analytics")
                .withName("pod")
                .withCreationTimestamp(CREATED.toString())
                .addToLabels(Labels.JOB_UID, "job-uid")
                .endMetadata()
                .withSpec(job(new Trigger.Immediate()).getSpec().getTemplate().getSpec())
                .withStatus(Serialization.unmarshal("--- " + status, PodStatus.class))
                .build();
    }
}
