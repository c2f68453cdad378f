package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.operator.testing.TraceReceiver;
import dev.matview.operator.testing.WebhookReceiver;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What a collector is sent of runs. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class TracesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Scene scene;

    TracesIT(@Unserved Scene scene) {
        this.scene = scene;
    }

    @Test
    void aRunIsATraceOfWhatItDid() throws SQLException {
        try (var receiver = TraceReceiver.start()) {
            var operator = start(receiver);
            scene.createView("totals");
            var resource = scene.create("totals", "");
            resource.await("validated", ready());
            resource.request("one");
            resource.await("refreshed", answered("one"));

            List<JsonNode> spans = awaitTrace(receiver);
            JsonNode run = spans.getFirst();
            assertThat(run.get("name").asText()).isEqualTo("refresh run");
            assertThat(run.has("parentSpanId")).isFalse();
            assertThat(attribute(run, "k8s.namespace.name")).isEqualTo(resource.namespace());
            assertThat(attribute(run, "matview.name")).isEqualTo(resource.name());
            assertThat(attribute(run, "matview.trigger")).isEqualTo("Manual");
            assertThat(attribute(run, "matview.mode")).isEqualTo("Concurrent");
            assertThat(attribute(run, "matview.outcome")).isEqualTo("Succeeded");
            assertThat(attribute(run, "matview.database"))
                    .endsWith("/" + scene.database().name());
            assertThat(spans.subList(1, spans.size()))
                    .extracting(span -> span.get("name").asText())
                    .containsExactly("connect", "preflight", "wait", "refresh", "maintenance");
            assertThat(spans.subList(1, spans.size())).allSatisfy(span -> {
                assertThat(span.get("parentSpanId")).isEqualTo(run.get("spanId"));
                assertThat(span.get("traceId")).isEqualTo(run.get("traceId"));
                assertThat(nanos(span, "startTimeUnixNano"))
                        .isBetween(nanos(run, "startTimeUnixNano"), nanos(span, "endTimeUnixNano"));
                assertThat(nanos(span, "endTimeUnixNano")).isLessThanOrEqualTo(nanos(run, "endTimeUnixNano"));
            });
            assertThat(operator.log()).contains("\"run\":\"" + run.get("spanId").asText() + "\"");
            assertThat(receiver.documents().toString())
                    .doesNotContain(scene.database().password());
        }
    }

    @Test
    void aRunThatFailsSaysWhyAndACollectorThatIsAwayKeepsNobodyWaiting() throws SQLException {
        scene.database()
                .execute(
                        "CREATE TABLE divisors AS SELECT 1 AS d",
                        "CREATE MATERIALIZED VIEW ratios AS SELECT 1 / d AS ratio FROM divisors",
                        "UPDATE divisors SET d = 0");
        try (var receiver = TraceReceiver.start()) {
            start(receiver);
            var resource = scene.create("ratios", "mode: Standard");
            resource.await("validated", ready());
            resource.request("one");
            resource.await("failed", answered("one"));
            JsonNode run = awaitTrace(receiver).getFirst();
            assertThat(attribute(run, "matview.outcome")).isEqualTo("Failed");
            assertThat(attribute(run, "error.type")).isEqualTo("DataError");
            assertThat(run.at("/status/code").asInt()).isEqualTo(2);

            receiver.stop();
            resource.request("two");
            resource.await("failed as before", answered("two"));
        }
    }

    @Test
    void whoIsToldOfARunIsPartOfItsTrace() throws Exception {
        try (var receiver = TraceReceiver.start();
                var webhook = WebhookReceiver.start()) {
            start(receiver);
            scene.createView("totals");
            var resource = scene.create("totals", "afterRefresh: {notify: {channel: news}, " + hook(webhook));
            resource.await("validated", ready());
            resource.request("one");
            List<JsonNode> run = awaitTrace(receiver);
            assertThat(run).extracting(span -> span.get("name").asText()).contains("notify");
            assertHooks(receiver, run.getFirst());
        }
    }

    @Test
    void aRunInAPodIsATraceOfItsRefreshAndItsHooks() throws Exception {
        try (var receiver = TraceReceiver.start();
                var webhook = WebhookReceiver.start()) {
            start(receiver);
            scene.createView("totals");
            var resource = scene.create("totals", "execution: CronJob, afterRefresh: {" + hook(webhook));
            try (var kubelet = new TestKubelet(scene, resource)) {
                kubelet.run();
                resource.await("validated", TestKubelet.PATIENCE, ready());
                resource.request("one");
                kubelet.run();
            }
            List<JsonNode> spans = awaitTrace(receiver);
            assertThat(spans).extracting(span -> span.get("name").asText()).containsExactly("refresh run", "refresh");
            assertThat(attribute(spans.getFirst(), "matview.outcome")).isEqualTo("Succeeded");
            assertThat(attribute(spans.getFirst(), "k8s.job.name")).startsWith(resource.name());
            assertThat(spans.getLast().get("parentSpanId"))
                    .isEqualTo(spans.getFirst().get("spanId"));
            assertHooks(receiver, spans.getFirst());
        }
    }

    private String hook(WebhookReceiver webhook) {
        scene.createSecret(scene.namespace(), scene.named("hook"), Map.of("url", webhook.url("/")));
        return "webhook: {urlFrom: {name: %s, key: url}}}".formatted(scene.named("hook"));
    }

    private static void assertHooks(TraceReceiver receiver, JsonNode run) {
        await("the hooks").atMost(PATIENCE).until(() -> receiver.documents().size() == 2);
        assertThat(spans(receiver.documents().getLast())).singleElement().satisfies(hooks -> {
            assertThat(hooks.get("name").asText()).isEqualTo("hooks");
            assertThat(hooks.get("traceId")).isEqualTo(run.get("traceId"));
            assertThat(hooks.get("parentSpanId")).isEqualTo(run.get("spanId"));
            assertThat(hooks.has("status")).isFalse();
        });
    }

    private OperatorProcess start(TraceReceiver receiver) {
        return scene.startOperator(
                scene.cluster().kubeconfig(),
                Map.of("MATVIEW_TRACING_ENDPOINT", receiver.address(), "MATVIEW_LOG_JSON", "true"));
    }

    /** The spans of the first trace, the run's first. */
    private static List<JsonNode> awaitTrace(TraceReceiver receiver) {
        await("a trace").atMost(PATIENCE).until(() -> !receiver.documents().isEmpty());
        JsonNode document = receiver.documents().getFirst();
        assertThat(document.at("/resourceSpans/0/resource/attributes/0/value/stringValue")
                        .asText())
                .isEqualTo("matview-operator");
        return spans(document);
    }

    private static List<JsonNode> spans(JsonNode document) {
        return StreamSupport.stream(
                        document.at("/resourceSpans/0/scopeSpans/0/spans").spliterator(), false)
                .toList();
    }

    private static String attribute(JsonNode span, String key) {
        return StreamSupport.stream(span.get("attributes").spliterator(), false)
                .filter(attribute -> attribute.get("key").asText().equals(key))
                .map(attribute -> attribute.at("/value/stringValue").asText())
                .findFirst()
                .orElse("");
    }

    private static long nanos(JsonNode span, String field) {
        return Long.parseLong(span.get(field).asText());
    }
}
