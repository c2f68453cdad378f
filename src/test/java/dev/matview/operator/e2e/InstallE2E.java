package dev.matview.operator.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@E2eTest
class InstallE2E {
    /** The promise of the documentation, on a machine that does nothing else, is 30 s. */
    private static final Duration BOUND =
            Duration.ofSeconds(Long.parseLong(System.getenv().getOrDefault("MATVIEW_E2E_BOUND", "30")));

    @Test
    void theFirstRefreshIsDoneSoonAfterTheInstallation(Platform platform) throws SQLException {
        try (var team = Team.create(platform)) {
            team.createView("numbers");
            Instant start = Instant.now();
            try (var release = Release.install(platform, Release.CHART)) {
                var resource = team.refresh("numbers", Map.of());
                resource.awaitStatus(Duration.ofMinutes(2), status -> "Succeeded".equals(status.lastRefreshStatus()));

                Figures.add("helm install to the first Succeeded", Duration.between(start, Instant.now()));
                assertThat(Duration.between(start, Instant.now())).isLessThan(BOUND);
                assertThat(release.pod().getStatus().getContainerStatuses())
                        .extracting(ContainerStatus::getRestartCount)
                        .isEqualTo(List.of(0));
            }
        }
    }
}
