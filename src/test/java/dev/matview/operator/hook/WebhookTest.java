package dev.matview.operator.hook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.operator.net.AllowedHosts;
import dev.matview.operator.net.Deadline;
import dev.matview.operator.net.Password;
import dev.matview.operator.testing.SilentServer;
import dev.matview.operator.testing.WebhookReceiver;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.AbstractStringAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookTest {
    private static final Password KEY = new Password("It is a key");

    @AutoClose
    private final WebhookReceiver receiver = WebhookReceiver.start();

    @Test
    void anEventIsPostedAndSigned() throws Exception {
        post(webhook(KEY));
        assertThat(receiver.received()).singleElement().satisfies(request -> {
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.target()).isEqualTo("/hook?token=abc");
            assertThat(request.body()).isEqualTo(Targets.event().json());
            String time = request.header().getOrDefault("x-matview-timestamp", "");
            assertThat(request.header())
                    .containsEntry("content-type", "application/cloudevents+json; charset=UTF-8")
                    .containsEntry("host", "127.0.0.1:" + receiver.port())
                    .containsEntry("x-matview-signature", Signature.of(KEY, time, request.body()));
            assertThat(Long.parseLong(time)).isPositive();
        });
    }

    @Test
    void withoutAKeyNothingIsSigned() throws Exception {
        post(webhook(null));
        assertThat(receiver.received().getFirst().header()).doesNotContainKeys("x-matview-signature");
    }

    @Test
    void whatFailsOnTheOtherSideIsTriedAgain() throws Exception {
        receiver.answer(503, Map.of(), "");
        receiver.answer(500, Map.of(), "");
        post(webhook(null));
        assertThat(receiver.received()).hasSize(3);
    }

    @Test
    void howLongAnOverloadedReceiverWantsToWaitIsHonoured() throws Exception {
        receiver.answer(429, Map.of("Retry-After", "2"), "");
        long begin = System.nanoTime();
        post(webhook(null));
        assertThat(receiver.received()).hasSize(2);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void whoWantsMoreTimeThanThereIsGetsNoOtherTry() {
        receiver.answer(429, Map.of("Retry-After", "3600"), "");
        assertFailure().contains("HTTP status 429").contains("(tries: 1)");
        assertThat(receiver.received()).hasSize(1);
    }

    @Test
    void aReceiverThatKeepsFailingIsGivenUp() {
        for (int i = 0; i < 4; i++) {
            receiver.answer(502, Map.of(), "the reason is a secret");
        }
        assertFailure().contains("HTTP status 502").contains("(tries: 4)").doesNotContain("secret", "token");
        assertThat(receiver.received()).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 308})
    void aRedirectIsNotFollowed(int status) {
        receiver.answer(status, Map.of("Location", receiver.url("/elsewhere")), "");
        assertFailure().contains("HTTP status " + status + ", a redirect, which is not followed");
        assertThat(receiver.received()).hasSize(1);
    }

    @Test
    void aRefusalIsFinalAndItsTextIsNotRepeated() {
        receiver.answer(404, Map.of(), "no such secret");
        assertFailure()
                .contains("127.0.0.1:" + receiver.port(), "HTTP status 404")
                .doesNotContain("secret");
        assertThat(receiver.received()).hasSize(1);
    }

    @Test
    void whoNeverAnswersIsLeftWhenTheTimeIsOver() {
        try (var silent = SilentServer.start()) {
            assertFailure(at(silent), Deadline.in(Duration.ofSeconds(3))).contains("does not answer in time");
        }
    }

    @Test
    void whoSpeaksSomethingElseIsNotBelieved() {
        try (var chatty = SilentServer.saying("220 mail.example.com ESMTP\r\n\r\n")) {
            assertFailure(at(chatty), Targets.ample())
                    .contains("does not answer as such a server does")
                    .doesNotContain("ESMTP");
        }
    }

    @Test
    void anAnswerWithoutEndIsNotRead() {
        try (var endless = SilentServer.saying("HTTP/1.1 200 OK\r\nX: " + "x".repeat(100_000))) {
            assertFailure(at(endless), Targets.ample()).contains("does not answer as such a server does");
        }
    }

    @Test
    void aHostThatIsNotAllowedIsNotConnectedTo() {
        var dialer = new Dialer(AllowedHosts.of("hooks.example.com"), true);
        assertThatThrownBy(() -> webhook(null).post(Targets.event(), dialer, Clock.systemUTC(), Targets.ample()))
                .isInstanceOf(HookFailedException.class)
                .hasMessageContaining("\"127.0.0.1\"")
                .hasMessageContaining("MATVIEW_ALLOWED_HOOK_HOSTS");
        var none = new Dialer(AllowedHosts.of(""), true);
        assertThatThrownBy(() -> webhook(null).post(Targets.event(), none, Clock.systemUTC(), Targets.ample()))
                .hasMessageContaining("MATVIEW_ALLOWED_HOOK_HOSTS");
        assertThat(receiver.received()).isEmpty();
    }

    @Test
    void anAllowedNameThatLeadsToTheOwnMachineIsNotConnectedTo() {
        var dialer = new Dialer(AllowedHosts.of("localhost"), false);
        var webhook = new Webhook(new Peer("localhost", receiver.port(), false, null), new Password("/"), null);
        assertThatThrownBy(() -> webhook.post(Targets.event(), dialer, Clock.systemUTC(), Targets.ample()))
                .hasMessageContaining("\"localhost\" is a loopback or link-local address");
        assertThat(receiver.received()).isEmpty();
    }

    private Webhook webhook(@Nullable Password key) {
        return new Webhook(Targets.local(receiver.port()), new Password("/hook?token=abc"), key);
    }

    private static void post(Webhook webhook) throws HookFailedException, InterruptedException {
        webhook.post(Targets.event(), Targets.DIALER, Clock.systemUTC(), Targets.ample());
    }

    private static Webhook at(SilentServer server) {
        return new Webhook(Targets.local(server.port()), new Password("/"), null);
    }

    private AbstractStringAssert<?> assertFailure() {
        return assertFailure(webhook(KEY), Targets.ample());
    }

    private static AbstractStringAssert<?> assertFailure(Webhook webhook, Deadline end) {
        try {
            webhook.post(Targets.event(), Targets.DIALER, Clock.systemUTC(), end);
            throw new AssertionError("it was taken");
        } catch (HookFailedException e) {
            return assertThat(e.said());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
