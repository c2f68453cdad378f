package dev.matview.operator.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.it.KubectlPlugin.Answer;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code kubectl matview} of resources that nobody serves, whatever is in them, and for people who may not do all. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class KubectlPluginReadingIT {
    private static final String USER = "plugin-user";

    private final Scene scene;
    private final KubectlPlugin plugin;

    KubectlPluginReadingIT(@Unserved Scene scene, @TempDir Path folder) {
        this.scene = scene;
        this.plugin = KubectlPlugin.of(scene.cluster().kubeconfig(), folder);
    }

    static List<String> shells() {
        return KubectlPlugin.shells().toList();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void whatSomebodyWroteIsOneLineAndNothingIsDoneToATerminalOrAShell(String shell) {
        var odd = "a\nb\tc \033[31m\u202e \"q\" 'r' \\s $(touch pwned) `id` %s é";
        var shown = "a\\nb\\tc \\x1b[31m\\u202e \"q\" 'r' \\\\s $(touch pwned) `id` %s é";
        var resource = scene.create("odd", "");
        resource.edit(Map.of("view", Map.of("name", odd)));
        resource.writeStatus(Map.of(
                "lastRefreshStatus",
                "Succeeded",
                "conditions",
                List.of(condition("Ready", "True", "Succeeded", odd)),
                "view",
                Map.of("warnings", List.of(Map.of("reason", "Odd", "message", odd)))));

        assertThat(in(shell, "list").out().lines())
                .hasSize(2)
                .last()
                .asString()
                .contains("public." + shown, "Succeeded");
        assertThat(in(shell, "status", resource.name()).out())
                .contains("View      public." + shown + ", login")
                .contains("    " + shown + "\n")
                .contains("  Odd: " + shown + "\n");
        assertThat(in(shell, "graph").out()).contains("public." + shown + "   ");
        assertThat(Path.of("pwned")).doesNotExist();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aResourceThatWasNeverLookedAtIsShownAsSuch(String shell) {
        var resource = scene.create("fresh", "schedules: ['@daily']");

        assertThat(in(shell, "list").out()).containsPattern(resource.name() + " +public.fresh +Concurrent( +-){6}\n");
        assertThat(in(shell, "status", resource.name()).out())
                .contains("Last run  none yet", "What to do: wait; if it stays so: does the operator run");
        assertThat(in(shell, "graph").out())
                .startsWith("no such view found yet, login in the Secret " + scene.namespace() + "/" + scene.secret()
                        + "\n")
                .contains("public.fresh");
    }

    @ParameterizedTest
    @MethodSource("shells")
    void wordsOfALaterVersionAreShownAsTheyAre(String shell) {
        var resource = scene.create("later", "");
        resource.writeStatus(Map.of(
                "lastRefreshStatus",
                "Postponed",
                "lastRefreshTime",
                now(),
                "consecutiveFailures",
                1_000_000_000,
                "lastRefresh",
                run("Postponed", "3d"),
                "conditions",
                List.of(condition("Ready", "False", "NewReason", "all new"), condition("Cosy", "True", "Warm", "so")),
                "history",
                List.of(run("Postponed", "3d"), run("Succeeded", "1.5s"), run("Failed", "20ms"))));

        assertThat(in(shell, "list").out()).containsPattern("Postponed +\\d+s +3d +- +NewReason +x\\+\\?\n");
        assertThat(in(shell, "status", resource.name()).out())
                .contains("Last run  Postponed, 3d", "Failures  1000000000 in a row")
                .contains("Ready False, NewReason", "Cosy True, Warm", "What to do: put right what Ready says\n")
                .containsPattern("Succeeded +1.5s  #+\n")
                .containsPattern("Failed +20ms  #+\n");
    }

    @ParameterizedTest
    @MethodSource("shells")
    void theGraphShowsEachViewBelowTheLastOfThoseThatItReads(String shell) {
        reading("base", Map.of());
        reading("left", Map.of("base", true));
        reading("right", Map.of("base", true, "raw", false));
        reading("top", Map.of("left", true, "right", true, "far", true));
        reading("egg", Map.of("hen", true));
        reading("hen", Map.of("egg", true));

        var graph = in(shell, "graph").out();
        assertThat(graph).startsWith("database \"app\", server 1\n");
        assertThat(graph.lines().skip(2).map(line -> line.replaceAll("(?<=\\S) .*", "")))
                .containsExactly(
                        "public.base",
                        "  public.left",
                        "    public.top",
                        "  public.right",
                        "public.raw",
                        "  public.right",
                        "    public.top",
                        "public.far",
                        "  public.top",
                        "public.egg",
                        "  public.hen",
                        "    public.egg");
        assertThat(graph.lines().map(line -> line.replaceAll(" +", " ")))
                .contains(
                        "public.raw no resource - -",
                        "public.far a resource not listed - -",
                        " public.right below",
                        " public.right " + scene.namespace() + "/" + scene.named("right") + " Succeeded -",
                        " public.top " + scene.namespace() + "/" + scene.named("top") + " Succeeded -",
                        " public.egg above");
        assertThat(in(shell, "status", scene.named("right")).out())
                .containsPattern(
                        "Reads     public.(base, public.raw \\(no resource\\)|raw \\(no resource\\), public.base)\n");
    }

    @Test
    void allOfANamespaceAreAskedForAndWaitedFor() {
        var first = scene.create("first", "");
        var second = scene.create("second", "suspend: true");
        var elsewhere = scene.create(scene.otherNamespace(), "elsewhere", "elsewhere", "");

        var answer = in("sh", "refresh", "--all", "--wait", "--timeout=0s");
        assertThat(answer.code()).isEqualTo(4);
        assertThat(answer.out().lines())
                .containsExactlyInAnyOrder(
                        scene.namespace() + "/" + first.name() + ": refresh requested",
                        scene.namespace() + "/" + second.name() + ": refresh requested");
        assertThat(elsewhere.object().get().getMetadata().getAnnotations()).isNullOrEmpty();
    }

    @Test
    void whereThereIsNothingItSaysSo() {
        var nothing = new Answer(0, "", "no MaterializedViewRefresh found in this namespace (-A: in all)\n");
        assertThat(in("sh", "list")).isEqualTo(nothing);
        assertThat(in("sh", "graph")).isEqualTo(nothing);
        assertThat(in("sh", "refresh", "--all", "--wait")).isEqualTo(nothing);
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "refresh", "suspend", "resume"})
    void whatIsNotThereIsExitCode3(String command) {
        var answer = in("sh", command, "nobody");
        assertThat(answer.code()).isEqualTo(3);
        assertThat(answer.out()).isEmpty();
        assertThat(answer.err()).contains("\"nobody\" not found", "kubectl matview list -A shows what there is");
    }

    @ParameterizedTest
    @CsvSource({
        "status, status takes names",
        "status -A, status takes names",
        "list x, list takes -A and -l",
        "refresh, refresh takes names",
        "refresh x --all, refresh takes names",
        "refresh x --timeout 5s, --timeout goes with --wait",
        "refresh x --wait --timeout 5d, --timeout takes a number",
        "refresh x --wait --timeout, --timeout needs a value",
        "suspend Xy, Xy is no name",
        "list -o json, there is no option -o",
        "list --output=json, there is no option --output=json",
        "reload, there is no command reload",
        "help reload, there is no command reload"
    })
    void whatIsCalledWronglyIsExitCode2(String words, String said) {
        var answer = plugin.in("sh").run(words.split(" ", -1));
        assertThat(answer.code()).isEqualTo(2);
        assertThat(answer.out()).isEmpty();
        assertThat(answer.err()).contains(said).contains("kubectl matview help");
    }

    @Test
    void itHelps() throws IOException {
        assertThat(plugin.run("help", "refresh").out())
                .contains("  refresh NAME... | --all")
                .doesNotContain("graph");
        assertThat(plugin.run("refresh", "-h").out())
                .isEqualTo(plugin.run("help", "refresh").out());
        assertThat(plugin.run("--help").out()).contains("list [-A]", "graph [-A]", "Exit codes:");
        var bare = plugin.run();
        assertThat(bare.code()).isEqualTo(2);
        assertThat(bare.err()).isEqualTo(plugin.run("help").out());
        var version = Pattern.compile("<version>([^<]+)</version>").matcher(Files.readString(Path.of("pom.xml")));
        assertThat(version.find()).isTrue();
        assertThat(plugin.run("version").out()).isEqualTo("kubectl-matview " + version.group(1) + "\n");
    }

    @Test
    void peopleMayLookOrRefreshAsTheirRoleSays() {
        scene.cluster().apply(Path.of("deploy", "admin", "roles-for-people.yaml"));
        var resource = scene.create("totals", "");
        var list = new String[] {"list", "--as=" + USER};
        var refresh = new String[] {"refresh", resource.name(), "--as", USER};

        var refused = in("sh", list);
        assertThat(refused.code()).isEqualTo(3);
        assertThat(refused.err()).contains("orbidden", "the role matview-view lets people look");
        bind("matview-view");
        await("the right to look is known").until(() -> in("sh", list).code() == 0);
        refused = in("sh", refresh);
        assertThat(refused.code()).isEqualTo(3);
        assertThat(refused.err()).contains("orbidden", "matview-edit refresh, suspend and resume");
        bind("matview-edit");
        await("the right to write is known").until(() -> in("sh", refresh).code() == 0);
        assertThat(in("sh", "suspend", resource.name(), "--as", USER).code()).isZero();
        assertThat(in("sh", "list", "-A", "--as", USER).code()).isEqualTo(3);
    }

    private void bind(String role) {
        scene.client()
                .resource(new RoleBindingBuilder()
                        .withNewMetadata()
                        .withNamespace(scene.namespace())
                        .withName(role)
                        .endMetadata()
                        .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", role)
                        .addNewSubject("rbac.authorization.k8s.io", "User", USER, null)
                        .build())
                .create();
    }

    /** A resource of the view of that name, which reads those; whether a resource keeps each of them fresh. */
    private void reading(String name, Map<String, Boolean> others) {
        var upstreams = others.entrySet().stream()
                .map(other -> Map.of("schema", "public", "name", other.getKey(), "managed", other.getValue()))
                .toList();
        scene.create(name, "")
                .writeStatus(Map.of(
                        "lastRefreshStatus",
                        "Succeeded",
                        "view",
                        Map.of("identity", "1:\"app\".\"public\".\"%s\"".formatted(name), "upstreams", upstreams)));
    }

    /** In the scene's namespace. */
    private Answer in(String shell, String... words) {
        var line = new ArrayList<>(List.of(words));
        line.addAll(List.of("-n", scene.namespace()));
        return plugin.in(shell).run(line.toArray(String[]::new));
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static Map<String, Object> run(String status, String duration) {
        return Map.of("status", status, "trigger", "Schedule", "duration", duration, "startTime", now());
    }

    private static Map<String, Object> condition(String type, String status, String reason, String message) {
        return Map.of(
                "type", type, "status", status, "reason", reason, "message", message, "lastTransitionTime", now());
    }
}
