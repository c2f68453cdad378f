package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.failing;
import static dev.matview.operator.it.StatusIs.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.operator.testing.RedisServer;
import dev.matview.operator.testing.SilentServer;
import dev.matview.operator.testing.WebhookReceiver;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.postgresql.PGConnection;

/** Who is told of a run: in the database, in Redis and over HTTP. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class HooksIT {
    private static RedisServer redis;

    private final Scene scene;

    HooksIT(Scene scene) {
        this.scene = scene;
    }

    @BeforeAll
    static void start() {
        redis = RedisServer.start();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @Test
    void aRefreshIsToldToAllThreeInTheirOrder() throws SQLException {
        scene.createView("totals");
        cached(0, "totals:order");
        var seen = new CopyOnWriteArrayList<String>();
        try (Connection listener = listening();
                var receiver = WebhookReceiver.start(() -> seen.add(redis.ask(0, "EXISTS", "totals:order")))) {
            createSecrets(receiver);
            var resource = scene.create("totals", hooks("patterns: ['totals:ord*']", 0, "Success"));
            resource.await("validated", ready("Valid"));
            assertThat(receiver.received()).isEmpty();
            resource.request("go");
            await().until(() -> !receiver.received().isEmpty());
            assertThat(seen).containsExactly("0");
            assertThat(heard(listener)).singleElement().asString().contains("\"Succeeded\"", "\"totals\"");
            assertEvent(receiver, resource, "dev.matview.refresh.succeeded");
            var status = resource.await("answered", answered("go").and(ready("Succeeded")));
            assertThat(Objects.requireNonNull(status.lastRefresh()).message()).isNull();
        }
    }

    @Test
    void aRunInAPodIsToldToAllThree() throws SQLException {
        scene.createView("totals");
        cached(1, "totals");
        try (Connection listener = listening();
                var receiver = WebhookReceiver.start()) {
            createSecrets(receiver);
            var resource = scene.create("totals", "execution: CronJob, " + hooks("keys: [totals]", 1, "Success"));
            try (var kubelet = new TestKubelet(scene, resource)) {
                kubelet.run();
                resource.await("validated", TestKubelet.PATIENCE, ready("Valid"));
                resource.request("go");
                kubelet.run();
                assertThat(heard(listener)).singleElement().asString().contains("\"Succeeded\"", "\"totals\"");
                await().until(() -> !receiver.received().isEmpty());
                assertThat(redis.ask(1, "EXISTS", "totals")).isEqualTo("0");
                assertEvent(receiver, resource, "dev.matview.refresh.succeeded");
            }
        }
    }

    @Test
    void aFailureIsToldToThoseWhoWantToKnow() throws SQLException {
        scene.database()
                .execute(
                        "CREATE TABLE t AS SELECT 1 AS id",
                        "CREATE MATERIALIZED VIEW totals AS SELECT id, 1 / id AS part FROM t",
                        "CREATE UNIQUE INDEX ON totals (id)");
        cached(2, "totals");
        try (Connection listener = listening();
                var receiver = WebhookReceiver.start()) {
            createSecrets(receiver);
            var resource = scene.create("totals", hooks("keys: [totals]", 2, "Failure"));
            resource.await("validated", ready("Valid"));
            resource.request("well");
            resource.await("answered", answered("well").and(ready("Succeeded")));
            scene.database().execute("UPDATE t SET id = 0");
            resource.request("ill");
            resource.await("answered", answered("ill").and(failing("DataError")));
            await().until(() -> !receiver.received().isEmpty());
            assertThat(redis.ask(2, "EXISTS", "totals")).isEqualTo("0");
            assertThat(heard(listener)).singleElement().asString().contains("\"DataError\"");
            assertEvent(receiver, resource, "dev.matview.refresh.failed");
        }
    }

    @Test
    void whatDidNotWorkIsInTheRunsMessageAndAnEventAndIsNotRepeated() throws SQLException {
        scene.createView("totals");
        try (var receiver = WebhookReceiver.start()) {
            receiver.answer(404, Map.of(), "a text of the receiver");
            createSecrets(receiver);
            scene.createSecret(scene.namespace(), scene.named("wrong"), Map.of("password", "not-this-one"));
            scene.keepSecret("not-this-one");
            var resource = scene.create(
                    "totals",
                    "afterRefresh: {redis: {host: 127.0.0.1, port: %d, tls: false, keys: [a],".formatted(redis.port())
                            + " passwordFrom: {name: %s, key: password}},".formatted(scene.named("wrong"))
                            + " webhook: {urlFrom: {name: %s, key: url}}}".formatted(scene.named("hook")));
            resource.request("go");
            var status = resource.await(
                    "reported", s -> s.lastRefresh() != null && s.lastRefresh().message() != null);
            String message = Objects.requireNonNull(status.lastRefresh()).message();
            assertThat(message)
                    .contains("hook Redis: 127.0.0.1:" + redis.port() + ": it refuses user or password")
                    .contains("hook webhook: 127.0.0.1:" + receiver.port() + ": it answers with HTTP status 404")
                    .doesNotContain("a text of the receiver");
            assertThat(status.lastRefreshStatus()).isEqualTo("Succeeded");
            assertThat(resource.awaitEvent("HookFailed"))
                    .returns("Warning", e -> e.getType())
                    .returns(1, e -> e.getCount())
                    .returns(message, e -> e.getMessage());
            resource.request("again");
            resource.await("answered", answered("again"));
            await().until(() -> receiver.received().size() == 2);
        }
    }

    @Test
    void aSecretThatIsMissingAndAHostThatIsNotAllowedAreNamed() throws SQLException {
        scene.createView("totals");
        var resource = scene.create(
                "totals",
                "afterRefresh: {redis: {urlFrom: {name: absent, key: url}, keys: [a]},"
                        + " webhook: {url: 'https://hooks.example.com/'}}");
        resource.request("go");
        var event = resource.awaitEvent("HookFailed");
        assertThat(event.getMessage())
                .contains("hook Redis: there is no Secret \"absent\" in this namespace")
                .contains("hook webhook: host \"hooks.example.com\" is not one that hooks may connect to")
                .contains("MATVIEW_ALLOWED_HOOK_HOSTS");
    }

    @Test
    void aTargetThatNeverAnswersKeepsNoRefreshWaiting() throws SQLException {
        scene.createView("totals");
        try (var silent = SilentServer.start()) {
            var resource = scene.create(
                    "totals", "afterRefresh: {webhook: {url: 'http://127.0.0.1:%d/'}}".formatted(silent.port()));
            resource.request("first");
            await().until(() -> silent.connections() > 0);
            resource.request("second");
            var status = resource.await("answered", answered("second"));
            Instant end = Objects.requireNonNull(status.lastRefreshTime());
            var event = resource.awaitEvent("HookFailed", Duration.ofMinutes(3));
            assertThat(event.getMessage()).contains("it does not answer in time");
            assertThat(end).isBefore(Instant.parse(event.getFirstTimestamp()));
        }
    }

    private static void cached(int database, String key) {
        redis.ask(database, "SET", key, "1");
        assertThat(redis.ask(database, "EXISTS", key)).isEqualTo("1");
    }

    private void createSecrets(WebhookReceiver receiver) {
        scene.keepSecret(redis.password());
        scene.keepSecret("/token-of-the-url");
        scene.keepSecret("the-signing-key");
        scene.createSecret(
                scene.namespace(),
                scene.named("cache"),
                Map.of("host", "localhost", "password", redis.password(), "ca.crt", redis.caPem()));
        scene.createSecret(
                scene.namespace(),
                scene.named("hook"),
                Map.of("url", receiver.url("/token-of-the-url"), "signing-key", "the-signing-key"));
    }

    private String hooks(String deleted, int database, String when) {
        return """
                afterRefresh: {
                  notify: {channel: news, when: %4$s},
                  redis: {host: localhost, port: %1$d, database: %2$d, %3$s, when: %4$s,
                    passwordFrom: {name: %5$s, key: password}, ca: {secretKeyRef: {name: %5$s, key: ca.crt}}},
                  webhook: {urlFrom: {name: %6$s, key: url}, signingKeyFrom: {name: %6$s, key: signing-key}, when: %4$s}}
                """.formatted(redis.tlsPort(), database, deleted, when, scene.named("cache"), scene.named("hook"));
    }

    private static void assertEvent(WebhookReceiver receiver, RefreshResource resource, String type) {
        assertThat(receiver.received()).singleElement().satisfies(request -> {
            JsonNode event = new KubernetesSerialization().unmarshal(request.body(), JsonNode.class);
            assertThat(event.get("type").asText()).isEqualTo(type);
            assertThat(event.at("/data/name").asText()).isEqualTo(resource.name());
            assertThat(event.at("/data/view").asText()).isEqualTo("totals");
            assertThat(request.header().get("x-matview-signature")).startsWith("sha256=");
        });
    }

    private Connection listening() throws SQLException {
        Connection listener = scene.database().connect();
        try (var statement = listener.createStatement()) {
            statement.execute("LISTEN news");
        }
        return listener;
    }

    private static List<String> heard(Connection listener) throws SQLException {
        return List.of(listener.unwrap(PGConnection.class).getNotifications(60_000)).stream()
                .map(notification -> notification.getParameter())
                .toList();
    }
}
