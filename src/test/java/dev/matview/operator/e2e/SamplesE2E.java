package dev.matview.operator.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.testing.TestDatabase;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@E2eTest
class SamplesE2E {
    private static final Path SAMPLES = Path.of("deploy", "samples");
    private static final String NAMESPACE = "analytics";
    private static final String WITHOUT_VIEW = "monthly-report";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Test
    void everySampleIsRefreshedInBothExecutionsAndTheOneWithoutAViewSaysSo(Platform platform)
            throws IOException, SQLException {
        try (var database = platform.server().createDatabase("app")) {
            load(database);
            try (var release = Release.install(platform, Release.CHART, "cronJobs.enabled=true")) {
                var resources = apply(platform, database);

                assertThat(resources)
                        .hasSizeGreaterThan(4)
                        .allSatisfy(resource -> resource.awaitReady(
                                PATIENCE,
                                resource.name().equals(WITHOUT_VIEW) ? "False" : "True",
                                resource.name().equals(WITHOUT_VIEW) ? "ViewMissing" : "Succeeded"));
                assertThat(release.pods()).hasSize(1);

                for (TeamResource resource : resources) {
                    resource.edit(Map.of("execution", "CronJob"));
                    resource.request("by a pod");
                }
                assertThat(resources).allSatisfy(resource -> {
                    var run = resource.awaitAnswer(PATIENCE, "by a pod");
                    assertThat(run.job()).startsWith(resource.name());
                    assertThat(run.reason()).isEqualTo(resource.name().equals(WITHOUT_VIEW) ? "ViewMissing" : null);
                });
            } finally {
                platform.client().namespaces().withName(NAMESPACE).delete();
            }
        }
    }

    /** The demo's tables and views. */
    private static void load(TestDatabase database) throws SQLException {
        database.executeAsSuperuser("GRANT CREATE ON DATABASE app TO app"); // the demo's user makes a schema
        Command.run(
                Map.of("PGPASSWORD", database.password()),
                "psql",
                "--no-psqlrc",
                "--quiet",
                "--host=127.0.0.1",
                "--port=" + database.server().port(),
                "--username=" + database.user(),
                "--dbname=" + database.name(),
                "--file=hack/demo/data.sql");
    }

    private static List<TeamResource> apply(Platform platform, TestDatabase database) throws IOException {
        List<TeamResource> resources = new ArrayList<>();
        try (var files = Files.list(SAMPLES)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                for (HasMetadata object :
                        platform.client().load(Files.newInputStream(file)).items()) {
                    platform.client().resource(object).serverSideApply();
                    if (object.getKind().equals(HasMetadata.getKind(MaterializedViewRefresh.class))) {
                        resources.add(new TeamResource(
                                platform.client(),
                                NAMESPACE,
                                object.getMetadata().getName()));
                    } else {
                        secrets(platform, database);
                    }
                }
            }
        }
        return resources;
    }

    /** What an operator for PostgreSQL would have written. */
    private static void secrets(Platform platform, TestDatabase database) {
        secret(platform, "analytics-db-ca", Map.of("ca.crt", platform.server().caPem()));
        secret(
                platform,
                "analytics-db-app",
                Map.of(
                        "host", platform.databaseHost(),
                        "port", Integer.toString(platform.server().port()),
                        "dbname", database.name(),
                        "username", database.user(),
                        "password", database.password()));
    }

    private static void secret(Platform platform, String name, Map<String, String> values) {
        platform.client()
                .resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .withStringData(values)
                        .build())
                .serverSideApply();
    }
}
