package dev.matview.operator.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@E2eTest
class UpgradeE2E {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Test
    void anUpgradeBringsTheNewDefinitionAndKeepsResources(Platform platform, @TempDir Path folder) throws SQLException {
        try (var team = Team.create(platform);
                var release = Release.install(platform, PreviousChart.packaged(platform, folder))) {
            team.createView("numbers");
            var resource = team.refresh("numbers", Map.of());
            resource.awaitStatus(PATIENCE, status -> "Succeeded".equals(status.lastRefreshStatus()));
            var before = resource.get();
            assertThat(fields(platform)).doesNotContainKey(PreviousChart.LATER_FIELD);

            // An admin keeps the definition, and is late.
            release.apply(Release.CHART, "crds.create=false");
            assertThat(fields(platform)).doesNotContainKey(PreviousChart.LATER_FIELD);
            resource.request("under the older definition");
            assertThat(resource.awaitAnswer(PATIENCE, "under the older definition")
                            .status())
                    .isEqualTo("Succeeded");

            release.apply(Release.CHART);

            assertThat(fields(platform)).containsKey(PreviousChart.LATER_FIELD);
            var after = resource.get();
            assertThat(after.getMetadata().getUid())
                    .isEqualTo(before.getMetadata().getUid());
            assertThat(after.getStatus().history())
                    .containsAll(before.getStatus().history());
            resource.request("after the upgrade");
            resource.awaitStatus(PATIENCE, status -> "after the upgrade".equals(status.lastHandledRefreshRequest()));
        }
    }

    @Test
    void resourcesOutliveTheReleaseAndAreServedByTheNext(Platform platform) throws SQLException {
        try (var team = Team.create(platform);
                var release = Release.install(platform, Release.CHART)) {
            team.createView("numbers");
            var resource = team.refresh("numbers", Map.of());
            resource.awaitStatus(PATIENCE, status -> "Succeeded".equals(status.lastRefreshStatus()));
            var before = resource.get();

            release.uninstall();

            await("the operator has ended").until(() -> release.pods().isEmpty());
            assertThat(resource.get().getMetadata().getUid())
                    .isEqualTo(before.getMetadata().getUid());
            assertThat(team.database().scalar("SELECT count(*) FROM numbers")).isEqualTo("10");
            resource.request("while there is no operator");
            release.apply(Release.CHART);
            resource.awaitStatus(
                    PATIENCE, status -> "while there is no operator".equals(status.lastHandledRefreshRequest()));
        }
    }

    /** The fields of the spec that the cluster knows. */
    private static Map<String, ?> fields(Platform platform) {
        return PreviousChart.fields(platform.client()
                .genericKubernetesResources("apiextensions.k8s.io/v1", "CustomResourceDefinition")
                .withName(Release.DEFINITION)
                .require());
    }
}
