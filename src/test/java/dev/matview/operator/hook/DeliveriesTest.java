package dev.matview.operator.hook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeliveriesTest {
    private final Deliveries<String> deliveries = new Deliveries<>(2, Duration.ofMinutes(1));
    private final Queue<String> done = new ConcurrentLinkedQueue<>();
    private final CountDownLatch slow = new CountDownLatch(1);

    @AfterEach
    void stop() {
        slow.countDown();
        deliveries.stop(Duration.ofSeconds(30));
    }

    @Test
    void whileOneIsUnderWayTheLastOfTheOthersWaits() {
        deliverSlowly("a", "first");
        await().until(() -> done.contains("first begins"));
        deliver("a", "second");
        deliver("a", "third");
        slow.countDown();
        await().until(() -> done.contains("third"));
        assertThat(done).containsExactly("first begins", "first", "third");
    }

    @Test
    void aSlowOneKeepsNobodyElseWaiting() {
        deliverSlowly("a", "first");
        deliver("b", "second");
        await().until(() -> done.contains("second"));
        assertThat(done).doesNotContain("first");
    }

    @Test
    void oneThatFailsUnexpectedlyIsNotTheLast() {
        deliveries.deliver("a", end -> {
            throw new IllegalStateException("on purpose");
        });
        deliver("a", "second");
        // The first may have made way for it.
        await().until(() -> done.contains("second"));
    }

    @Test
    void whatHasNotBegunIsForgotten() {
        deliverSlowly("a", "first");
        await().until(() -> done.contains("first begins"));
        deliver("a", "second");
        deliveries.forget("a");
        slow.countDown();
        deliveries.stop(Duration.ofSeconds(30));
        assertThat(done).containsExactly("first begins", "first");
    }

    @Test
    void atTheEndThoseThatThereAreAreWaitedForAndNoOthersTaken() {
        deliverSlowly("a", "first");
        await().until(() -> done.contains("first begins"));
        deliver("a", "second");
        slow.countDown();
        deliveries.stop(Duration.ofSeconds(30));
        deliver("a", "third");
        assertThat(done).containsExactly("first begins", "first", "second");
    }

    @Test
    void atTheEndWhatTakesTooLongIsLeft() {
        deliverSlowly("a", "first");
        deliveries.stop(Duration.ofMillis(50));
        assertThat(done).doesNotContain("first");
    }

    private void deliver(String key, String what) {
        deliveries.deliver(key, end -> done.add(what));
    }

    private void deliverSlowly(String key, String what) {
        deliveries.deliver(key, end -> {
            done.add(what + " begins");
            slow.await();
            done.add(what);
        });
    }
}
