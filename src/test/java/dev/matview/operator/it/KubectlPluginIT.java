package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.ready;
import static dev.matview.operator.it.StatusIs.stalled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.UpstreamStatus;
import dev.matview.operator.it.KubectlPlugin.Answer;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code kubectl matview} with the operator at work. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class KubectlPluginIT {
    private static final Duration LONG = Duration.ofMinutes(2);

    private final Scene scene;
    private final KubectlPlugin plugin;

    KubectlPluginIT(Scene scene, @TempDir Path folder) {
        this.scene = scene;
        this.plugin = KubectlPlugin.of(scene.cluster().kubeconfig(), folder);
    }

    static Stream<String> shells() {
        return KubectlPlugin.shells();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void everyShellRefreshesWaitsAndShowsWhatBecameOfIt(String shell) throws SQLException {
        scene.createView("totals");
        scene.database().execute("CREATE TABLE numbers AS SELECT 1 AS n");
        scene.database().execute("CREATE MATERIALIZED VIEW shares AS SELECT 1 / n AS id FROM numbers");
        scene.database().execute("UPDATE numbers SET n = 0");
        var good = validated("totals", "schedules: ['0 3 1 1 *']");
        var bad = validated("shares", "mode: Standard");
        var before = scene.database().scalar("SELECT at FROM totals");

        var refreshed = plugin.in(shell).run("refresh", "--wait", good.name(), "-n", scene.namespace());
        assertThat(refreshed.err()).isEmpty();
        assertThat(refreshed.out()).contains(id(good) + ": refresh requested\n", id(good) + ": Succeeded in ");
        assertThat(refreshed.code()).isZero();
        assertThat(scene.database().scalar("SELECT at FROM totals")).isNotEqualTo(before);

        var both = plugin.in(shell).run("-n", scene.namespace(), "refresh", good.name(), bad.name(), "--wait");
        assertThat(both.out())
                .contains(id(good) + ": Succeeded in ")
                .containsPattern(id(bad) + ": Failed.*, DataError: ");
        assertThat(both.code()).isEqualTo(1);

        var page = plugin.in(shell).run("status", good.name(), "--namespace=" + scene.namespace());
        assertThat(page.out())
                .startsWith(id(good) + "\n")
                .contains("View      public.totals, login in the Secret " + scene.secret())
                .contains("unique index totals_id_idx")
                .contains("Schedule  0 3 1 1 *")
                .containsPattern("Last run  Succeeded, [0-9.]+m?s, ")
                .contains("Manual, started ")
                .contains("Ready True, Succeeded")
                .contains("Warnings\n  VolatileColumns: ", "What to do: nothing; the warnings say")
                .containsPattern("History, newest first\n +\\d+s ago  Manual       Succeeded +[0-9.]+m?s  #+\n");
        page = plugin.in(shell).run("status", bad.name(), "--namespace=" + scene.namespace());
        assertThat(page.out())
                .contains("Ready False, DataError", "SQLSTATE 22012", "What to do: put right what Ready says")
                .contains("kubectl matview refresh " + bad.name() + " --wait -n " + scene.namespace());

        assertThat(line(plugin.in(shell).run("list", "-n", scene.namespace()), good))
                .containsSubsequence("public.totals", "Concurrent", "Succeeded", "True", "++");
        assertThat(line(plugin.in(shell).run("list", "-A"), bad))
                .containsSubsequence(scene.namespace(), "public.shares", "Failed", "DataError", "x");
        assertThat(line(plugin.in(shell).run("graph", "-n", scene.namespace()), good))
                .containsSubsequence("public.totals", "Succeeded");
    }

    @ParameterizedTest
    @MethodSource("shells")
    void everyShellSuspendsAndResumes(String shell) throws SQLException {
        scene.createView("totals");
        var resource = validated("totals", "schedules: ['0 3 1 1 *']");

        var suspended = plugin.in(shell).run("suspend", resource.name(), "-n", scene.namespace());
        assertThat(suspended).isEqualTo(new Answer(0, id(resource) + ": suspended\n", ""));
        resource.await("suspended", LONG, ready("Suspended"));
        assertThat(line(plugin.in(shell).run("list", "-n", scene.namespace()), resource))
                .contains("Suspended");
        assertThat(plugin.in(shell)
                        .run("status", resource.name(), "-n", scene.namespace())
                        .out())
                .contains("Schedule  0 3 1 1 *, suspended")
                .contains("kubectl matview resume " + resource.name() + " -n " + scene.namespace());

        var resumed = plugin.in(shell).run("resume", resource.name(), "-n", scene.namespace());
        assertThat(resumed).isEqualTo(new Answer(0, id(resource) + ": resumed\n", ""));
        resource.await("resumed", LONG, status -> status.nextRefreshTime() != null);
    }

    @Test
    void aTimeoutEndsTheWaitAndNotTheRefresh() throws SQLException {
        scene.createSlowView("slow", Duration.ofMinutes(5));
        var resource = validated("slow", "");

        var answer = plugin.run("refresh", resource.name(), "-n", scene.namespace(), "--wait", "--timeout", "3s");
        assertThat(answer.code()).isEqualTo(4);
        assertThat(answer.out()).isEqualTo(id(resource) + ": refresh requested\n");
        assertThat(answer.err()).contains(id(resource) + ": ", "still open", "not ended in time");
        scene.awaitRefreshUnderWay();
        assertThat(plugin.run("status", resource.name(), "-n", scene.namespace())
                        .out())
                .containsPattern("Request +kubectl-\\S+, still open");
    }

    @Test
    void theAnswerToALaterRequestIsAnAnswerToThisOne() throws Exception {
        scene.createSlowView("slow", Duration.ofSeconds(3));
        var resource = validated("slow", "");
        resource.request("before");
        scene.awaitRefreshUnderWay();

        var waiting = CompletableFuture.supplyAsync(
                () -> plugin.run("refresh", resource.name(), "-n", scene.namespace(), "--wait"));
        await("the plugin's request").until(() -> requested(resource).startsWith("kubectl-"));
        resource.request("after");

        var answer = waiting.get(3, TimeUnit.MINUTES);
        assertThat(answer.out()).contains(id(resource) + ": Succeeded in ");
        assertThat(answer.code()).isZero();
    }

    @Test
    void aResourceThatIsDeletedMeanwhileHasFailed() throws Exception {
        scene.createSlowView("slow", Duration.ofMinutes(5));
        var resource = validated("slow", "");

        var waiting = CompletableFuture.supplyAsync(
                () -> plugin.run("refresh", resource.name(), "-n", scene.namespace(), "--wait"));
        scene.awaitRefreshUnderWay();
        resource.delete();

        var answer = waiting.get(3, TimeUnit.MINUTES);
        assertThat(answer.out()).contains(id(resource) + ": it was deleted");
        assertThat(answer.code()).isEqualTo(1);
    }

    @Test
    void aPageOfWhatIsStalledSaysWhatToDo() {
        var resource = scene.create("nowhere", "");
        resource.await("stalled", LONG, stalled("ViewMissing"));

        assertThat(plugin.run("status", resource.name(), "-n", scene.namespace())
                        .out())
                .contains("not found", "Stalled True, ViewMissing", "What to do: put right what Stalled says")
                .contains("kubectl edit mvr/" + resource.name() + " -n " + scene.namespace());
    }

    @Test
    void theGraphIsThatOfTheCatalog() throws SQLException {
        scene.createView("totals");
        scene.database().execute("CREATE MATERIALIZED VIEW summary AS SELECT id FROM totals");
        var totals = validated("totals", "");
        var summary = scene.create("summary", "mode: Standard");
        summary.await(
                "reads it",
                LONG,
                status -> status.view() != null
                        && status.view().upstreams().stream().anyMatch(UpstreamStatus::managed));

        var lines = plugin.run("graph", "-n", scene.namespace()).out().lines().toList();
        int first = lines.indexOf(line(plugin.run("graph", "-n", scene.namespace()), totals));
        assertThat(lines.get(first)).startsWith("public.totals ");
        assertThat(lines.get(first + 1)).startsWith("  public.summary ").contains(summary.name());
    }

    @Test
    void whatIsAskedForByLabelIsRefreshedAndNothingElse() throws SQLException {
        scene.createView("totals");
        scene.createView("others");
        var labelled = scene.create("totals", "");
        var other = scene.create("others", "");
        var labels = Map.of("metadata", Map.of("labels", Map.of("scene", scene.named("label"))));
        labelled.object().patch(PatchContext.of(PatchType.JSON_MERGE), Serialization.asJson(labels));
        labelled.await("validated", LONG, ready());

        var answer = plugin.run("refresh", "-l", "scene=" + scene.named("label"), "-A", "--wait");
        assertThat(answer.out().lines()).hasSize(2).allSatisfy(line -> assertThat(line)
                .startsWith(id(labelled)));
        assertThat(answer.code()).isZero();
        assertThat(requested(other)).isEmpty();
    }

    @Test
    void itColoursOnATerminalUnlessTold() throws SQLException {
        scene.createView("totals");
        var resource = scene.create("totals", "immediate: true");
        resource.await("refreshed", LONG, ready("Succeeded"));
        var words = new String[] {"status", resource.name(), "-n", scene.namespace()};

        var coloured = Map.of("TERM", "xterm", "NO_COLOR", "");
        assertThat(plugin.runOnTerminal(coloured, words).out()).contains("\033[32mSucceeded\033[0m");
        assertThat(plugin.runOnTerminal(Map.of("TERM", "xterm", "NO_COLOR", "1"), words)
                        .out())
                .contains("Succeeded")
                .doesNotContain("\033");
        assertThat(plugin.run(words).out()).contains("Succeeded").doesNotContain("\033");
    }

    @Test
    void kubectlCompletesItsCommandsAndTheNamesOfResources() throws SQLException {
        var resource = scene.create("totals", "");

        assertThat(plugin.complete("s")).containsExactly("status", "suspend", ":4");
        assertThat(plugin.complete("refresh", "--w")).containsExactly("--wait", ":4");
        assertThat(plugin.complete("refresh", "-n", scene.namespace(), "--wait", resource.name()))
                .contains(resource.name(), ":4");
        assertThat(plugin.complete("list", "-n", scene.namespace())).contains(scene.namespace());
        assertThat(plugin.complete("list", "")).containsExactly(":4");
    }

    private RefreshResource validated(String view, String spec) {
        var resource = scene.create(view, spec);
        resource.await("validated", LONG, ready());
        return resource;
    }

    private static String id(RefreshResource resource) {
        return resource.namespace() + "/" + resource.name();
    }

    private static String requested(RefreshResource resource) {
        var annotations = resource.object().get().getMetadata().getAnnotations();
        return annotations == null
                ? ""
                : Objects.requireNonNullElse(annotations.get(MaterializedViewRefresh.REFRESH_REQUESTED), "");
    }

    private static String line(Answer answer, RefreshResource resource) {
        assertThat(answer.code()).as("%s", answer).isZero();
        List<String> found = answer.out()
                .lines()
                .filter(line -> line.matches(".*\\b" + resource.name() + "\\b.*"))
                .toList();
        assertThat(found).as("%s in %s", resource.name(), answer.out()).hasSize(1);
        return found.getFirst();
    }
}
