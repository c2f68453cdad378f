package dev.matview.operator.cronjob;

import dev.matview.operator.postgres.Cancellation;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a SIGTERM does while a refresh is under way: the refresh is cancelled on the server, and the process lives on
 * until its result is written, within the time that Kubernetes gives it by default.
 */
final class Ending implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(20);

    private final Thread runner = Thread.currentThread();
    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook = Thread.ofPlatform().name("ending").unstarted(this::end);
    private @Nullable Cancellation cancellation;
    private boolean asked;

    Ending() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** From now on, the end is asked for by this. */
    synchronized void cancels(Cancellation running) {
        cancellation = running;
        if (asked) {
            runner.interrupt();
        }
    }

    /** Whether the process was told to end. */
    synchronized boolean asked() {
        return asked;
    }

    private void end() {
        Cancellation running;
        synchronized (this) {
            asked = true;
            running = cancellation;
        }
        try {
            if (running == null || !running.cancel()) {
                runner.interrupt();
            }
        } catch (SQLException e) {
            // The connection is cut instead, which the server notices.
            runner.interrupt();
        }
        try {
            var _ = done.await(GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The result is written. */
    @Override
    public void close() {
        done.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending, and the hook goes on now.
        }
    }
}
