package dev.matview.operator.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

@E2eTest
class SecondReleaseE2E {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Test
    void twoReleasesServeNamespacesOfTheirOwnAndNeverTheSame(Platform platform) throws SQLException {
        try (var ours = Team.create(platform);
                var others = Team.create(platform);
                var first = Release.install(platform, Release.CHART, "watch.namespaces={" + ours.namespace() + "}")) {
            assertThatThrownBy(() -> Release.beside(platform, "second", others.namespace()))
                    .hasMessageContaining("another operator serves the namespace " + ours.namespace());
            assertThatThrownBy(() -> Release.beside(
                            platform,
                            "second",
                            others.namespace(),
                            "watch.namespaces={" + others.namespace() + "," + ours.namespace() + "}"))
                    .hasMessageContaining("another operator serves the namespace " + ours.namespace());

            // This one has rights in that namespace alone, also for pods.
            try (var second = Release.beside(
                    platform,
                    "second",
                    others.namespace(),
                    "watch.namespaces={" + others.namespace() + "}",
                    "cronJobs.enabled=true",
                    "cronJobs.serviceAccount.create=true")) {
                ours.createView("numbers");
                others.createView("numbers");
                var inOperator = ours.refresh("numbers", Map.of());
                var inPod = others.refresh("numbers", Map.of("execution", "CronJob"));

                inOperator.awaitReady(PATIENCE, "True", "Succeeded");
                inPod.awaitReady(PATIENCE, "True", "Succeeded");
                assertThat(new TeamJobs(inPod).pods())
                        .extracting(pod -> pod.getSpec().getServiceAccountName())
                        .containsOnly("matview-refresh");
                assertThat(first.pods()).hasSize(1);
                assertThat(second.pods()).hasSize(1);
            }
        }
    }
}
