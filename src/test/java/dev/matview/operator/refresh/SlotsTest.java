package dev.matview.operator.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.refresh.Slots.Slot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SlotsTest {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    @Test
    void oneDatabaseHasItsShareAndLeavesTheRestToOthers() throws Exception {
        var slots = new Slots(2, 3);
        slots.take("a");
        Slot second = slots.take("a");
        Future<Slot> third = threads.submit(() -> slots.take("a"));
        try (Slot other = threads.submit(() -> slots.take("b")).get(10, TimeUnit.SECONDS)) {
            assertThat(other).isNotNull();
            assertThat(third).isNotDone();
        }
        second.close();
        assertThat(third.get(10, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void allDatabasesTogetherHaveTheirBound() throws Exception {
        var slots = new Slots(2, 3);
        List<Slot> taken = new ArrayList<>();
        for (String database : List.of("a", "b", "c")) {
            taken.add(slots.take(database));
        }
        Future<Slot> fourth = threads.submit(() -> slots.take("d"));
        await().during(Duration.ofMillis(200)).until(() -> !fourth.isDone());
        taken.getFirst().close();
        assertThat(fourth.get(10, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void whoGivesUpTheWaitTakesNothingAway() throws Exception {
        var slots = new Slots(1, 1);
        Slot taken = slots.take("a");
        var waiting = new ArrayList<Thread>();
        for (String database : List.of("a", "b")) {
            waiting.add(Thread.ofVirtual().start(() -> {
                try {
                    slots.take(database);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
        await().until(() -> waiting.stream().allMatch(t -> t.getState() == Thread.State.WAITING));
        for (Thread thread : waiting) {
            thread.interrupt();
            thread.join();
        }
        taken.close();
        for (String database : List.of("a", "b")) {
            threads.submit(() -> slots.take(database)).get(10, TimeUnit.SECONDS).close();
        }
    }
}
