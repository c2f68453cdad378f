package dev.matview.operator.cronjob;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Maintenance;
import dev.matview.operator.postgres.RoutineMaintenance;
import dev.matview.operator.refresh.Trigger;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeclarationTest {
    @Test
    void thePodHasWhatTheTemplateSaysButWhatWouldDoHarm() {
        CronJob cronJob = Declarations.of("schedules: ['0 * * * *']").cronJobs().getFirst();
        var template = cronJob.getSpec().getJobTemplate().getSpec().getTemplate();
        assertThat(template.getMetadata().getLabels())
                .containsEntry("team", "data")
                .containsEntry("matview.dev/refresh-uid", "5f0c");
        var pod = template.getSpec();
        assertThat(pod.getServiceAccountName()).isEqualTo("refresher");
        assertThat(pod.getNodeSelector()).containsEntry("disk", "ssd");
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getContainers()).extracting(Container::getImage).containsExactly("logger", "operator:1");
        Container container = pod.getContainers().getLast();
        assertThat(container.getArgs()).containsExactly("refresh");
        assertThat(container.getEnv())
                .extracting(EnvVar::getName)
                .containsExactly("JAVA_TOOL_OPTIONS", "MATVIEW_REQUEST", "MATVIEW_JOB");
        assertThat(container.getSecurityContext().getPrivileged()).isFalse();
        assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(container.getResources().getLimits()).containsOnlyKeys("memory");
        assertThat(pod.getContainers().getFirst().getVolumeMounts())
                .as("the other container sees no Secret")
                .isEmpty();
    }

    @Test
    void onlyTheResourcesOwnSecretsAreMounted() {
        var pod = Declarations.of("")
                .cronJobs()
                .getFirst()
                .getSpec()
                .getJobTemplate()
                .getSpec()
                .getTemplate()
                .getSpec();
        assertThat(pod.getVolumes())
                .filteredOn(volume -> volume.getSecret() != null)
                .extracting(volume -> volume.getSecret().getSecretName())
                .containsExactly("db", "db-ca", "client");
        assertThat(pod.getContainers().getLast().getVolumeMounts())
                .extracting(VolumeMount::getMountPath)
                .containsExactly(
                        "/var/run/matview/database", "/var/run/matview/authority", "/var/run/matview/client", "/tmp");
    }

    @Test
    void theRequestTellsAllButTheCredentials() {
        var cronJobs = Declarations.of("""
                schedules: ['0 * * * *', '*/15 * * * *']
                timeZone: Europe/Berlin
                mode: Standard
                timeouts: {refresh: 20m}
                settings: {work_mem: 64MB}
                afterRefresh: {vacuum: Always}
                """).cronJobs();
        PodRequest second = request(cronJobs.getLast());
        assertThat(second.generation()).isEqualTo(3);
        assertThat(second.view().name()).hasToString("\"public\".\"totals\"");
        assertThat(second.view().bounds().refresh()).hasMinutes(20);
        assertThat(second.view().settings().values()).containsExactly(Map.entry("work_mem", "64MB"));
        assertThat(second.view().maintenance()).isEqualTo(new RoutineMaintenance(Maintenance.AUTO, Maintenance.ALWAYS));
        assertThat(second.database().secretRef().name()).isEqualTo("db");
        assertThat(second.earlierSchedules()).containsExactly("0 * * * *");
        assertThat(second.timeZone()).isEqualTo("Europe/Berlin");
        assertThat(request(cronJobs.getFirst()).earlierSchedules()).isEmpty();
        assertThat(cronJobs.getLast().getSpec().getJobTemplate().getSpec().getActiveDeadlineSeconds())
                .isEqualTo(30 * 60);
    }

    @Test
    void thePodsOfSchedulesAreToldByWhatTheyMaySkip() {
        String spec = "schedules: ['0 * * * *', '@daily']\nskipIfUnchanged: {maxStaleness: 24h}";
        var declaration = Declarations.after("kept", spec);
        assertThat(declaration.cronJobs())
                .extracting(cronJob -> request(cronJob).skip())
                .containsOnly(new PodSkip(Duration.ofDays(1), List.of("0 * * * *", "@daily"), "kept"));
        CronJob first = declaration.cronJobs().getFirst();
        var job = declaration.job(first, new Trigger.Manual("go"), "");
        assertThat(Declarations.of(spec).isCurrent(job)).isTrue();
        assertThat(request(Declarations.after("kept", "schedules: ['0 * * * *']")
                                .cronJobs()
                                .getFirst())
                        .skip())
                .isNull();
    }

    @Test
    void aResourceMaySayHowMuchThePodUses() {
        var container = Declarations.of("""
                execution: CronJob
                cronJob: {resources: {requests: {cpu: 1}, limits: {memory: 64Mi}}}
                """)
                .cronJobs()
                .getFirst()
                .getSpec()
                .getJobTemplate()
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getLast();
        assertThat(container.getResources().getRequests().get("cpu")).hasToString("1");
        assertThat(container.getResources().getLimits().get("memory")).hasToString("64Mi");
    }

    @Test
    void withoutASchedulesThereIsASuspendedOneToMakeJobsFrom() {
        assertThat(Declarations.of("").cronJobs()).singleElement().returns(true, c -> c.getSpec()
                .getSuspend());
    }

    @Test
    void aScheduleThatIsNamedTwiceIsOneCronJob() {
        assertThat(Declarations.of("schedules: ['0 * * * *', '0 * * * *']").cronJobs())
                .singleElement()
                .returns("0 * * * *", c -> c.getSpec().getSchedule());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 42, 43, 44, 52, 63, 253})
    void noNameIsTooLong(int length) {
        String name = "a".repeat(length - 1) + "b";
        var declaration = Declarations.of(name, "schedules: ['0 * * * *', '5 * * * *']", Declarations.TEMPLATE);
        assertThat(declaration.cronJobs())
                .extracting(c -> c.getMetadata().getName())
                .doesNotHaveDuplicates()
                .allSatisfy(cronJob -> assertThat(cronJob)
                        .hasSizeLessThanOrEqualTo(52)
                        .startsWith(name.substring(0, Math.min(43, length)))
                        .matches("[a-z0-9]([-.a-z0-9]*[a-z0-9])?"));
        var job = declaration.job(declaration.cronJobs().getFirst(), new Trigger.Manual("t"), "");
        assertThat(job.getMetadata().getName()).hasSizeLessThanOrEqualTo(63);
    }

    @Test
    void aNameIsNotCutBehindADot() {
        String name = "a".repeat(42) + ".b";
        assertThat(Declarations.of(name, "", Declarations.TEMPLATE)
                        .cronJobs()
                        .getFirst()
                        .getMetadata()
                        .getName())
                .doesNotContain(".-");
    }

    @Test
    void aJobIsTheSameForTheSameCauseAndAnotherForTheNextTry() {
        var declaration = Declarations.of("schedules: ['0 * * * *']");
        CronJob cronJob = declaration.cronJobs().getFirst();
        var time = new Trigger.Schedule(Instant.parse("2026-11-21T10:00:00Z"));
        String name = declaration.job(cronJob, time, "[]").getMetadata().getName();
        assertThat(declaration.job(cronJob, time, "[]").getMetadata().getName()).isEqualTo(name);
        assertThat(declaration.job(cronJob, time, "[1]").getMetadata().getName())
                .isNotEqualTo(name);
        assertThat(declaration
                        .job(cronJob, new Trigger.Manual("a"), "[]")
                        .getMetadata()
                        .getName())
                .isNotEqualTo(declaration
                        .job(cronJob, new Trigger.Manual("b"), "[]")
                        .getMetadata()
                        .getName());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            schedules: ['0 * * * *']                                                   | true
            schedules: ['0 * * * *', '5 * * * *']                                      | true
            schedules: ['0 * * * *']; suspend: true; immediate: true                   | true
            schedules: ['0 * * * *']; mode: Standard                                   | false
            schedules: ['0 * * * *']; timeouts: {refresh: 20m}                         | false
            schedules: ['0 * * * *']; cronJob: {resources: {requests: {cpu: 20m}}}     | false
            schedules: ['0 * * * *']; cronJob: {activeDeadlineSeconds: 600}            | false
            """)
    void aJobIsCurrentAsLongAsItsPodWouldBeTheSame(String spec, boolean current) {
        Declaration before = Declarations.of("schedules: ['0 * * * *']");
        Declaration after = Declarations.of(spec.replace("; ", "\n"));
        CronJob cronJob = before.cronJobs().getFirst();
        Job requested = before.job(cronJob, new Trigger.Manual("t"), "");
        Job scheduled = new JobBuilder()
                .withMetadata(cronJob.getSpec().getJobTemplate().getMetadata())
                .build();
        assertThat(after.isCurrent(requested)).isEqualTo(current);
        assertThat(after.isCurrent(scheduled)).isEqualTo(current);
        assertThat(after.isCurrent(after.job(cronJob, new Trigger.Check(), ""))).isTrue();
    }

    @Test
    void aJobIsNoLongerCurrentWhenThePodTemplateIsAnother() {
        Declaration before = Declarations.of("");
        Job job = before.job(before.cronJobs().getFirst(), new Trigger.Check(), "");
        String pulled = Declarations.TEMPLATE.replace("spec:", "spec:\n  imagePullSecrets: [{name: registry}]");
        assertThat(Declarations.of("totals", "", pulled).isCurrent(job)).isFalse();
        assertThat(Declarations.of("").isCurrent(job)).isTrue();
    }

    @Test
    void aJobThatDoesNotTellWhatItWasMadeFromIsLeftAlone() {
        assertThat(Declarations.of("")
                        .isCurrent(
                                new JobBuilder().withNewMetadata().endMetadata().build()))
                .isTrue();
    }

    private static PodRequest request(CronJob cronJob) {
        var environment = cronJob.getSpec()
                .getJobTemplate()
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getLast()
                .getEnv();
        return PodRequest.parse(environment.get(1).getValue());
    }
}
