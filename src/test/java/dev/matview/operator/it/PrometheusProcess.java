package dev.matview.operator.it;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A Prometheus on loopback that scrapes one operator every other second, and has the shipped alerts loaded. */
final class PrometheusProcess implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final Process guardian;
    private final Path log;
    private final String address;
    private final HttpClient client = HttpClient.newHttpClient();

    private PrometheusProcess(Process process, Path log, String address) throws IOException {
        this.process = process;
        this.log = log;
        this.address = address;
        // Its standard input ends with the tests, however they end.
        guardian = new ProcessBuilder("sh", "-c", "cat >/dev/null; kill -9 " + process.pid()).start();
    }

    /** @param folder what it may write to */
    static PrometheusProcess scraping(OperatorProcess operator, Path folder) {
        try {
            Path config = Files.writeString(folder.resolve("prometheus.yml"), """
                    global: {scrape_interval: 2s, evaluation_interval: 2s}
                    rule_files: ["%s"]
                    scrape_configs:
                      - job_name: matview-operator
                        honor_labels: true
                        metrics_path: /q/metrics
                        static_configs: [{targets: ["%s"], labels: {namespace: matview-system}}]
                    """.formatted(
                            Path.of("deploy", "monitoring", "rules.yaml").toAbsolutePath(),
                            operator.url().replace("http://", "")));
            String address = "127.0.0.1:" + freePort();
            Path log = folder.resolve("prometheus.log");
            var process = new ProcessBuilder(
                            "prometheus",
                            "--config.file=" + config,
                            "--storage.tsdb.path=" + folder.resolve("data"),
                            "--web.listen-address=" + address)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            var prometheus = new PrometheusProcess(process, log, "http://" + address);
            await("Prometheus is ready")
                    .atMost(Duration.ofMinutes(2))
                    .ignoreExceptions()
                    .until(() -> prometheus.get("/-/ready").contains("Ready"));
            return prometheus;
        } catch (IOException e) {
            throw new UncheckedIOException("Prometheus can't be started (Debian: prometheus)", e);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** The result of a query at this moment; fails when Prometheus does not understand it. */
    JsonNode query(String expression) throws IOException, InterruptedException {
        return data("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
                .get("result");
    }

    /** What there is to say about each of the alerts. */
    JsonNode rules() throws IOException, InterruptedException {
        return data("/api/v1/rules").at("/groups/0/rules");
    }

    /** What keeps it from scraping; empty when nothing does. */
    String trouble() throws IOException, InterruptedException {
        return data("/api/v1/targets").at("/activeTargets/0/lastError").asText();
    }

    private JsonNode data(String path) throws IOException, InterruptedException {
        JsonNode answer = JSON.readTree(get(path));
        if (!answer.path("status").asText().equals("success")) {
            throw new IllegalStateException(path + ": " + answer.path("error").asText());
        }
        return answer.get("data");
    }

    private String get(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(address + path)).build();
        return client.send(request, BodyHandlers.ofString()).body();
    }

    @Override
    public void close() {
        client.close();
        process.destroy();
        await("Prometheus has ended, see " + log).atMost(Duration.ofSeconds(60)).until(() -> !process.isAlive());
        guardian.destroyForcibly();
    }
}
