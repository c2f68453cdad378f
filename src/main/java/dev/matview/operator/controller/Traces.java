package dev.matview.operator.controller;

import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshSpec;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.refresh.EndedRun;
import dev.matview.operator.refresh.Outcome;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sends each run's trace to a collector, as OTLP over HTTP in its JSON form (OpenTelemetry protocol, section OTLP/HTTP). Traces
 * are a courtesy: they are sent in the background, and the oldest are let go when the collector does not keep up. Without
 * an endpoint nothing is made.
 */
@Singleton
final class Traces {
    private static final Logger LOG = Logger.getLogger(Traces.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int QUEUE = 200;

    private final @Nullable Sender sender;
    private final Map<String, RunTrace.Root> roots = new ConcurrentHashMap<>();

    Traces(OperatorConfig config) {
        this.sender = config.tracingEndpoint().map(Sender::new).orElse(null);
    }

    /** A run of this process has ended. */
    void ended(EndedRun<ResourceKey> run) {
        if (sender != null && !run.request().isCheck()) {
            Instant completionTime =
                    switch (run.outcome()) {
                        case Outcome.Refreshed refreshed -> refreshed.completionTime();
                        case Outcome.Failed failed -> failed.completionTime();
                        // Of these no hook tells.
                        case Outcome.Unchanged _,
                                Outcome.Skipped _,
                                Outcome.Missed _,
                                Outcome.Checked _,
                                Outcome.Creatable _ -> null;
                    };
            var root = RunTrace.Root.of(run.id(), completionTime);
            roots.put(run.request().key().uid(), root);
            sender.send(() -> RunTrace.of(run, root));
        }
    }

    /** A run is recorded; of one in a pod nothing was known before. */
    void recorded(MaterializedViewRefresh resource, RefreshRecord run) {
        MaterializedViewRefreshSpec spec = resource.getSpec();
        if (sender != null && run.job() != null && spec != null) {
            var root = RunTrace.Root.of(run);
            roots.put(resource.getMetadata().getUid(), root);
            sender.send(() -> RunTrace.of(ResourceKey.of(resource), spec.view(), run, root));
        }
    }

    /** The hooks of a resource's last run were called in that time; they are part of its trace. */
    void hooks(ResourceKey key, RefreshRecord run, Instant start, Instant end, boolean worked) {
        RunTrace.Root root = roots.get(key.uid());
        if (sender != null && root != null && Objects.equals(root.completionTime(), run.completionTime())) {
            sender.send(() -> RunTrace.ofHooks(root, start, end, worked));
        }
    }

    /** The resource is gone. */
    void forget(ResourceKey key) {
        roots.remove(key.uid());
    }

    /** Sends what is left, within some seconds; nothing is sent afterwards. */
    void close() {
        if (sender != null) {
            sender.close();
        }
    }

    private static final class Sender {
        private final URI address;
        private final HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PATIENCE)
                .build();
        private final AtomicBoolean refused = new AtomicBoolean();
        private final ThreadPoolExecutor queue = new ThreadPoolExecutor(
                1,
                1,
                1,
                TimeUnit.MINUTES,
                new LinkedBlockingQueue<>(QUEUE),
                Thread.ofVirtual().name("traces").factory(),
                new ThreadPoolExecutor.DiscardOldestPolicy());

        private Sender(String endpoint) {
            this.address = URI.create(endpoint.replaceFirst("/*$", "") + "/v1/traces");
        }

        private void send(Supplier<String> trace) {
            queue.execute(() -> {
                try {
                    post(trace.get());
                } catch (IOException e) {
                    failed(e.getClass().getSimpleName());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        private void post(String trace) throws IOException, InterruptedException {
            var request = HttpRequest.newBuilder(address)
                    .header("Content-Type", "application/json")
                    .timeout(PATIENCE)
                    .POST(BodyPublishers.ofString(trace))
                    .build();
            int status = client.send(request, BodyHandlers.discarding()).statusCode();
            if (status / 100 != 2) {
                failed("HTTP status " + status);
            } else if (refused.getAndSet(false)) {
                LOG.info("the collector takes traces again");
            }
        }

        private void failed(String why) {
            if (!refused.getAndSet(true)) {
                LOG.warnf("the collector at %s does not take traces (%s): they are let go", address, why);
            }
        }

        private void close() {
            queue.shutdown();
            try {
                if (!queue.awaitTermination(2, TimeUnit.SECONDS)) {
                    LOG.debugf("%d traces are left unsent", queue.getQueue().size());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            client.shutdownNow();
        }
    }
}
