package dev.matview.operator.hook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.operator.net.Deadline;
import dev.matview.operator.net.Password;
import dev.matview.operator.testing.RedisServer;
import dev.matview.operator.testing.SilentServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisKeysTest {
    private final RedisServer redis = RedisServer.start();
    private final Password password = new Password(redis.password());

    @BeforeAll
    void createUser() {
        redis.ask(0, "ACL", "SETUSER", "reader", "on", ">sesame", "~*", "+@read");
    }

    @BeforeEach
    void empty() {
        redis.ask(0, "FLUSHALL");
    }

    @AfterAll
    void stop() {
        redis.close();
    }

    @Test
    void keysAndThoseOfPatternsAreDeletedAndNoOthers() throws Exception {
        redis.ask(3, "MSET", "totals", "1", "totals:a", "1", "totals:b", "1", "größe", "1", "other", "1");
        redis.ask(0, "SET", "totals", "1");
        new RedisKeys(local(), 3, null, password, List.of("größe", "absent"), List.of("totals*"))
                .delete(Targets.DIALER, Targets.ample());
        assertThat(redis.ask(3, "KEYS", "*")).isEqualTo("other");
        assertThat(redis.ask(0, "KEYS", "*")).isEqualTo("totals");
    }

    @Test
    void aMillionKeysAreDeletedInBatches() throws Exception {
        redis.ask(0, "DEBUG", "POPULATE", "1000000", "many");
        redis.ask(0, "SET", "other", "1");
        redis.ask(0, "CONFIG", "RESETSTAT");
        // One that has no time for all of them says so, and the next goes on.
        assertThatThrownBy(() -> keys("many:*").delete(Targets.DIALER, Deadline.in(Duration.ofMillis(5_300))))
                .isInstanceOf(HookFailedException.class)
                .hasMessageContaining("keys were deleted and its bound is reached");
        assertThat(Long.parseLong(redis.ask(0, "DBSIZE"))).isGreaterThan(1);
        for (int runs = 0; runs < 20 && !redis.ask(0, "DBSIZE").equals("1"); runs++) {
            deleteAsFarAsThereIsTime();
        }
        assertThat(redis.ask(0, "KEYS", "*")).isEqualTo("other");
    }

    /** On a machine that is busy, the bound may come before the end. */
    private void deleteAsFarAsThereIsTime() {
        try {
            keys("many:*").delete(Targets.DIALER, Targets.ample());
        } catch (HookFailedException e) {
            assertThat(e.said()).contains("its bound is reached");
        }
    }

    @Test
    void tlsNeedsACertificateThatIsTrustedAndNamesTheHost() throws Exception {
        redis.ask(0, "SET", "totals", "1");
        secured("localhost", redis.caPem()).delete(Targets.DIALER, Targets.ample());
        assertThat(redis.ask(0, "DBSIZE")).isEqualTo("0");
        assertThatThrownBy(() -> secured("localhost", null).delete(Targets.DIALER, Targets.ample()))
                .hasMessageContaining("localhost:" + redis.tlsPort())
                .hasMessageContaining("not issued by a trusted authority");
        assertThatThrownBy(() -> secured("127.0.0.1", redis.caPem()).delete(Targets.DIALER, Targets.ample()))
                .hasMessageContaining("its certificate is for another name");
        assertThatThrownBy(() -> secured("localhost", "nothing").delete(Targets.DIALER, Targets.ample()))
                .hasMessageContaining("holds no certificate");
    }

    @Test
    void whoIsNotLetInSaysWhatToCorrect() {
        assertThatThrownBy(() -> delete(null, null)).hasMessageContaining("it wants a password");
        assertThatThrownBy(() -> delete(null, new Password("wrong"))).hasMessageContaining("refuses user or password");
        assertThatThrownBy(() -> delete("nobody", password)).hasMessageContaining("refuses user or password");
        assertThatThrownBy(() -> delete("reader", new Password("sesame")))
                .hasMessageContaining("the user may not UNLINK these keys");
        assertThatThrownBy(() -> new RedisKeys(local(), 999, null, password, List.of("a"), List.of())
                        .delete(Targets.DIALER, Targets.ample()))
                .hasMessageContaining("refuses SELECT");
    }

    @Test
    void aServerThatIsDownIsNamed() throws IOException {
        // Bound, so nobody else takes it, and nobody listens.
        try (var closed = new Socket()) {
            closed.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int port = closed.getLocalPort();
            assertThatThrownBy(() -> at(port).delete(Targets.DIALER, Targets.ample()))
                    .hasMessageContaining("127.0.0.1:" + port + ": it refuses the connection");
        }
    }

    @Test
    void aServerThatNeverAnswersIsNamed() {
        try (var silent = SilentServer.start()) {
            assertThatThrownBy(() -> at(silent.port()).delete(Targets.DIALER, Deadline.in(Duration.ofSeconds(3))))
                    .hasMessageContaining("127.0.0.1:" + silent.port() + ": it does not answer in time");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 400 Bad Request\r\n\r\n",
                "$2000000000\r\n",
                "*2000000000\r\n",
                "*1\r\n*1\r\n*1\r\n*1\r\n",
                ":99999999999999999999\r\n",
                "$3\r\nabcdef\r\n"
            })
    void anotherServerIsNotBelieved(String words) {
        try (var chatty = SilentServer.saying(words)) {
            assertThatThrownBy(() -> at(chatty.port()).delete(Targets.DIALER, Targets.ample()))
                    .hasMessageContaining("does not answer as such a server does");
        }
    }

    private Peer local() {
        return Targets.local(redis.port());
    }

    private RedisKeys keys(String pattern) {
        return new RedisKeys(local(), 0, null, password, List.of(), List.of(pattern));
    }

    private RedisKeys secured(String host, @Nullable String authorities) {
        var peer = new Peer(host, redis.tlsPort(), true, authorities);
        return new RedisKeys(peer, 0, null, password, List.of("totals"), List.of());
    }

    private static RedisKeys at(int port) {
        return new RedisKeys(Targets.local(port), 0, null, null, List.of("a"), List.of());
    }

    private void delete(@Nullable String user, @Nullable Password secret) throws HookFailedException {
        new RedisKeys(local(), 0, user, secret, List.of("a"), List.of()).delete(Targets.DIALER, Targets.ample());
    }
}
