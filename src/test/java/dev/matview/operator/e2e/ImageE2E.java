package dev.matview.operator.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that may not have the image of CronJobs' pods: there is none, or nobody here has the right to pull it. */
@E2eTest
class ImageE2E {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String MISSING = "localhost/of-somebody-else:1";

    @Test
    void anImageThatTheNodeDoesNotGetIsSaidAndTheRunIsMadeUp(Platform platform, @TempDir Path folder)
            throws SQLException {
        var chart = ChartCopy.into(folder)
                .edit(
                        "templates/configmap.yaml",
                        text -> text.replace("{{ include \"matview-operator.image\" $ }}", MISSING));
        try (var team = Team.create(platform);
                var release = Release.install(platform, chart.folder().toString(), "cronJobs.enabled=true")) {
            team.createView("numbers");
            var resource = team.refresh(
                    "numbers", Map.of("execution", "CronJob", "cronJob", Map.of("activeDeadlineSeconds", 30)));

            var status = resource.awaitReady(PATIENCE, "False", "ImageNotPulled");
            assertThat(Objects.requireNonNull(status.condition("Ready")).message())
                    .contains(MISSING, "pod template");
            resource.awaitEvent(PATIENCE, "ImageNotPulled");

            release.apply(Release.CHART, "cronJobs.enabled=true");

            resource.awaitReady(PATIENCE, "True", "Succeeded");
        }
    }
}
