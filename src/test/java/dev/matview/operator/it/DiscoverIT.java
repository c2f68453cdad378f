package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.ready;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.postgres.OddNames;
import dev.matview.operator.postgres.ViewName;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The command as it is shipped, and what the API server and the operator make of its manifests. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class DiscoverIT {
    private static final String SEPARATOR = "(?m)^---\\n";

    private final Scene scene;

    DiscoverIT(Scene scene) {
        this.scene = scene;
    }

    @Test
    void theManifestsOfADatabaseWorkAsTheyAre(@TempDir Path folder) throws Exception {
        scene.createView("totals");
        scene.database().execute("CREATE MATERIALIZED VIEW a_report AS SELECT id FROM totals");
        List<String> manifests = manifests(folder);
        assertThat(manifests).hasSize(2);
        assertThat(manifests.getFirst()).contains("name: totals\n");
        for (String manifest : manifests) {
            String name = manifest.contains("name: totals\n") ? "totals" : "a-report";
            RefreshResource resource = scene.adopt(name);
            post(
                    manifest.replace(
                            "  name: " + name + "\n  namespace", "  name: " + resource.name() + "\n  namespace"),
                    "");
            resource.await("valid", ready());
        }
    }

    @Test
    void theApiServerReadsEveryNameToTheLetter(@TempDir Path folder) throws Exception {
        List<String> names = Stream.concat(
                        OddNames.ALL.stream(),
                        Stream.of(
                                "0x1F",
                                "0o17",
                                "1_000",
                                "1e3",
                                "12:30",
                                "on",
                                "Y",
                                "~",
                                "null",
                                "NaN",
                                "2001-01-01",
                                "a: b",
                                "- a",
                                "a #b",
                                " lead",
                                "trail ",
                                "\nlead",
                                "trail\n",
                                " \n x",
                                "a\u0085b",
                                "a\u2028b",
                                "\u001b",
                                "\r\n",
                                "\ufeff",
                                "# a",
                                "--- a",
                                "---\na"))
                .toList();
        for (String name : names) {
            scene.database()
                    .execute(
                            "CREATE MATERIALIZED VIEW " + new ViewName("public", name).quoted() + " AS SELECT 1 AS id");
        }
        var stored = new ArrayList<String>();
        for (String manifest : manifests(folder)) {
            stored.add(nameOf(post(manifest, "&dryRun=All")));
        }
        assertThat(stored).containsExactlyInAnyOrderElementsOf(names);
    }

    @Test
    void anUnknownCommandIsRefusedAndNotShown() throws Exception {
        var command = new ArrayList<>(OperatorProcess.java());
        command.add("postgresql://app:sesame@db/app");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(2);
        assertThat(output).contains("there is no such command", "discover").doesNotContain("sesame");
    }

    private List<String> manifests(Path folder) throws IOException, InterruptedException {
        for (var entry : scene.login("localhost", scene.database().password()).entrySet()) {
            Files.writeString(folder.resolve(entry.getKey()), entry.getValue());
        }
        Path authority = Files.writeString(
                Files.createDirectories(folder.resolve("authority")).resolve("ca.crt"),
                scene.database().server().caPem());
        String output = run(
                "--secret-dir=" + folder,
                "--tls-ca=" + authority,
                "--allow-loopback",
                "--manifests",
                "--secret=" + scene.secret(),
                "--ca-secret=" + scene.authority(),
                "--namespace=" + scene.namespace(),
                "--schedule=@daily");
        return List.of(output.split(SEPARATOR, -1));
    }

    private String run(String... options) throws IOException, InterruptedException {
        var command = new ArrayList<>(OperatorProcess.java());
        command.add("discover");
        command.addAll(List.of(options));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        assertThat(output).doesNotContain(scene.database().password());
        return output;
    }

    /** Sends the text as it is, so that the API server parses it; gives what it answers. */
    private String post(String manifest, String parameters) throws Exception {
        var client = scene.client();
        var base = client.getMasterUrl().toString().replaceAll("/$", "");
        var request = client.getHttpClient()
                .newHttpRequestBuilder()
                .uri(base + "/apis/matview.dev/v1alpha1/namespaces/" + scene.namespace()
                        + "/materializedviewrefreshes?fieldValidation=Strict" + parameters)
                .post("application/yaml", manifest)
                .build();
        var response = client.getHttpClient().sendAsync(request, String.class).get(30, TimeUnit.SECONDS);
        assertThat(response.code()).as("%s%n%s", manifest, response.body()).isEqualTo(201);
        return response.body();
    }

    @SuppressWarnings("unchecked")
    private static String nameOf(String answer) {
        Map<String, Object> resource = Serialization.unmarshal(answer, Map.class);
        var spec = (Map<String, Object>) resource.getOrDefault("spec", Map.of());
        var view = (Map<String, Object>) spec.getOrDefault("view", Map.of());
        return String.valueOf(view.get("name"));
    }
}
