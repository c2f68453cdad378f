package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.testing.PostgresServer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The API server is away while a run ends: its outcome is kept, and recorded once when it is back. */
@Execution(ExecutionMode.CONCURRENT)
class ApiServerOutageIT {
    private final OwnCluster own;
    private final TestCluster cluster;
    private final PostgresServer server = PostgresServer.start(18);
    private final Scene scene;

    ApiServerOutageIT(@TempDir Path folder) {
        own = OwnCluster.start(folder.resolve("cluster"));
        cluster = TestCluster.connect(own.kubeconfig());
        var namespaces = Stream.generate(() -> cluster.createNamespace(ApiServerOutageIT.class))
                .limit(2)
                .map(TestNamespace::name)
                .toList();
        scene = new Scene(cluster, namespaces, "outage", server, null);
    }

    @AfterEach
    void close() {
        try (own;
                cluster;
                server) {
            scene.close();
        }
    }

    @Test
    void theOutcomeIsRecordedOnceWhenTheApiServerAnswersAgain() throws SQLException {
        scene.createSlowView("slow", Duration.ofSeconds(4));
        scene.startOperator();
        var resource = scene.create("slow", "");
        resource.await("validated", ready());
        for (boolean gone : List.of(false, true)) {
            var token = gone ? "gone" : "silent";
            int before = resource.status().history().size();
            resource.request(token);
            scene.awaitRefreshUnderWay();
            if (gone) {
                own.killApiServer();
            } else {
                own.suspendApiServer();
            }
            scene.awaitRefreshesUnderWay(0, Duration.ofSeconds(60));
            // Long enough for writes and the watch to fail, each more than once, and once a whole minute.
            own.awayFor(Duration.ofSeconds(gone ? 60 : 20));
            if (gone) {
                own.startApiServer();
            } else {
                own.resumeApiServer();
            }
            var status = resource.await(
                    "recorded", Duration.ofMinutes(2), answered(token).and(ready("Succeeded")));
            assertThat(status.history()).hasSize(before + 1).first().satisfies(run -> {
                assertThat(run.status()).isEqualTo("Succeeded");
                assertThat(run.attempts()).isEqualTo(1);
            });
            assertThat(scene.refreshesUnderWay()).isZero();
        }
        resource.request("afterwards");
        assertThat(resource.await("answered", answered("afterwards")).history()).hasSize(3);
    }

    @Test
    void theResultsOfJobsThatEndMeanwhileAreRecordedOnceToo() throws SQLException {
        scene.createCountedView("counted", Duration.ZERO);
        scene.startOperator();
        var resource = scene.create("counted", "execution: CronJob, schedules: ['* * * * *']");
        try (var kubelet = new TestKubelet(scene, resource)) {
            kubelet.run();
            resource.await("validated", TestKubelet.PATIENCE, ready("Valid"));
            var pod = kubelet.awaitPod();
            scene.pace(Duration.ofSeconds(6));
            var process = kubelet.start(pod);
            scene.awaitRefreshUnderWay();
            own.killApiServer();
            scene.awaitRefreshesUnderWay(0, Duration.ofSeconds(60));
            scene.pace(Duration.ZERO);
            // Two scheduled times pass: nobody makes a Job for them, and the latest is made up.
            own.awayFor(Duration.ofSeconds(90));
            own.startApiServer();
            await("the pod's end is told")
                    .ignoreExceptions()
                    .atMost(TestKubelet.PATIENCE)
                    .until(() -> {
                        kubelet.end(pod, process);
                        return true;
                    });
            resource.request("afterwards");
            // The controller of CronJobs needs a while until it is back at work.
            await("answered, and due again").atMost(Duration.ofMinutes(3)).until(() -> {
                kubelet.newPods().forEach(p -> kubelet.run(kubelet.awaitPod()));
                return answered("afterwards").test(resource.status())
                        && resource.status().history().stream()
                                        .filter(run -> run.scheduledTime() != null)
                                        .count()
                                >= 2;
            });
            resource.suspend(true);
            await("all is recorded").atMost(TestKubelet.PATIENCE).untilAsserted(() -> {
                kubelet.newPods().forEach(p -> kubelet.run(kubelet.awaitPod()));
                assertThat(resource.status().history()).hasSize(scene.refreshes());
            });
            var history = resource.status().history();
            assertThat(history).allSatisfy(run -> {
                assertThat(run.status()).isEqualTo("Succeeded");
                assertThat(run.attempts()).isEqualTo(1);
            });
            assertThat(history).extracting(RefreshRecord::job).doesNotHaveDuplicates();
            assertThat(history)
                    .extracting(RefreshRecord::scheduledTime)
                    .filteredOn(Objects::nonNull)
                    .doesNotHaveDuplicates()
                    .hasSizeGreaterThanOrEqualTo(2);
            assertThat(history).extracting(RefreshRecord::request).containsOnlyOnce("afterwards");
        }
    }
}
