package dev.matview.operator.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kubectl matview} in a cluster without the operator, and without an API server. */
class KubectlPluginClusterIT {
    @Test
    void itSaysWhatTheClusterLacks(@TempDir Path folder) {
        try (var own = OwnCluster.start(folder.resolve("cluster"))) {
            var plugin = KubectlPlugin.of(own.kubeconfig(), folder);
            var answer = plugin.run("list");
            assertThat(answer.code()).isEqualTo(3);
            assertThat(answer.err())
                    .contains("this cluster knows no MaterializedViewRefresh: install matview-operator");
            answer = plugin.run("list", "--context", "elsewhere");
            assertThat(answer.code()).isEqualTo(5);
            assertThat(answer.err()).contains("elsewhere");
            own.killApiServer();
            answer = plugin.run("refresh", "totals", "--wait");
            assertThat(answer.code()).isEqualTo(5);
            assertThat(answer.err()).contains("refused");
            own.startApiServer();
        }
    }
}
