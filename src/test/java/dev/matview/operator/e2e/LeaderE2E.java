package dev.matview.operator.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pod that serves the resources goes. */
@E2eTest
class LeaderE2E {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @ParameterizedTest
    @CsvSource({"killed, 0", "stopped, 30"})
    void theOtherPodTakesOverAndAnswersOnce(String how, long gracePeriod, Platform platform) throws SQLException {
        try (var team = Team.create(platform);
                var release = Release.install(platform, Release.CHART, "replicas=2")) {
            assertThat(release.pods())
                    .filteredOn(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                    .hasSize(2);
            team.createView("numbers");
            var resource = team.refresh("numbers", Map.of());
            resource.awaitStatus(PATIENCE, status -> "Succeeded".equals(status.lastRefreshStatus()));
            String leader = leader(platform);
            int before = resource.status().history().size();

            platform.client()
                    .pods()
                    .inNamespace(Release.NAMESPACE)
                    .withName(leader)
                    .withGracePeriod(gracePeriod)
                    .delete();
            Instant gone = Instant.now();
            await("another leader").atMost(PATIENCE).until(() -> !List.of("", leader)
                    .contains(leader(platform)));
            Figures.add("take-over after the leader was " + how, Duration.between(gone, Instant.now()));
            resource.request(how);
            var status = resource.awaitStatus(PATIENCE, s -> how.equals(s.lastHandledRefreshRequest()));
            assertThat(status.history()).hasSize(before + 1);
        }
    }

    private static String leader(Platform platform) {
        Lease lease = platform.client()
                .leases()
                .inNamespace(Release.NAMESPACE)
                .withName(Release.NAME)
                .require();
        String holder = lease.getSpec().getHolderIdentity();
        return holder == null ? "" : holder;
    }
}
