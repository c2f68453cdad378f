package dev.matview.operator.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

@E2eTest
class ScopeE2E {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Test
    void theNamespacesThatAreServedCanBeChanged(Platform platform) throws SQLException {
        try (var ours = Team.create(platform);
                var others = Team.create(platform);
                var release = Release.install(platform, Release.CHART)) {
            ours.createView("numbers");
            others.createView("numbers");
            var served = ours.refresh("numbers", Map.of());
            var left = others.refresh("numbers", Map.of());
            awaitAnswer(served, "first");
            awaitAnswer(left, "first");

            release.apply(Release.CHART, "watch.namespaces={" + ours.namespace() + "}");
            assertThat(bindings(platform)).isEmpty();
            left.request("while nobody serves it");
            awaitAnswer(served, "as one of a list");
            assertThat(left.status().lastHandledRefreshRequest()).isEqualTo("first");

            release.apply(Release.CHART);
            assertThat(bindings(platform)).isNotEmpty();
            left.awaitStatus(PATIENCE, status -> "while nobody serves it".equals(status.lastHandledRefreshRequest()));
            awaitAnswer(served, "as one of all");
        }
    }

    private static void awaitAnswer(TeamResource resource, String token) {
        resource.request(token);
        resource.awaitStatus(
                PATIENCE,
                status -> token.equals(status.lastHandledRefreshRequest())
                        && "Succeeded".equals(status.lastRefreshStatus()));
    }

    /** What gives the operator rights in the whole cluster. */
    private static Iterable<ClusterRoleBinding> bindings(Platform platform) {
        return platform
                .client()
                .rbac()
                .clusterRoleBindings()
                .withLabel("app.kubernetes.io/instance", Release.NAME)
                .list()
                .getItems()
                .stream()
                .filter(binding -> binding.getSubjects().stream()
                        .anyMatch(subject -> subject.getNamespace() != null
                                && subject.getNamespace().equals(Release.NAMESPACE)))
                .toList();
    }
}
