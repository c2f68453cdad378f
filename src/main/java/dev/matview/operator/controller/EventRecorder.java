package dev.matview.operator.controller;

import dev.matview.operator.api.MaterializedViewRefresh;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Writes Events: one object for each resource and reason, which counts instead of being repeated. Events are a courtesy:
 * they are written in the background, and the oldest are let go when the API server does not keep up.
 */
@Singleton
final class EventRecorder {
    private static final Logger LOG = Logger.getLogger(EventRecorder.class);
    private static final String COMPONENT = "matview-operator";
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);
    private static final int QUEUE = 1_000;
    private static final int MESSAGE = 1_024;

    private final KubernetesClient client;
    private final Clock clock;
    private final ThreadPoolExecutor writer = new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(QUEUE),
            Thread.ofVirtual().name("events").factory(),
            new ThreadPoolExecutor.DiscardOldestPolicy());

    EventRecorder(KubernetesClient client, Clock clock) {
        this.client = client;
        this.clock = clock;
    }

    /** Logs it, and writes its Event in the background. */
    void record(MaterializedViewRefresh resource, Announcement announcement) {
        record(resource, announcement, false);
    }

    /** @param runLogged whether the run that has ended said so in the log itself, which then is not repeated */
    void record(MaterializedViewRefresh resource, Announcement announcement, boolean runLogged) {
        LOG.logf(
                runLogged && announcement.ofRun() ? Logger.Level.DEBUG : Logger.Level.INFO,
                "%s: %s: %s",
                ResourceKey.of(resource),
                announcement.reason(),
                announcement.message());
        writer.execute(() -> {
            try {
                write(resource, announcement);
            } catch (KubernetesClientException e) {
                LOG.debugf("an event could not be written: HTTP status %d", e.getCode());
            }
        });
    }

    /** Writes what is left, within some seconds; nothing is recorded afterwards. */
    void close() {
        writer.shutdown();
        try {
            if (!writer.awaitTermination(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debugf("%d events are left unwritten", writer.getQueue().size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(MaterializedViewRefresh resource, Announcement announcement) {
        var metadata = resource.getMetadata();
        String identity = metadata.getUid() + "/" + announcement.type() + "/" + announcement.reason();
        String name =
                metadata.getName().substring(0, Math.min(200, metadata.getName().length())) + "."
                        + UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8));
        var events = client.v1().events().inNamespace(metadata.getNamespace());
        Event before = events.withName(name).get();
        String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        String message = announcement.message();
        Event event = new EventBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(metadata.getNamespace())
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion(resource.getApiVersion())
                .withKind(resource.getKind())
                .withNamespace(metadata.getNamespace())
                .withName(metadata.getName())
                .withUid(metadata.getUid())
                .endInvolvedObject()
                .withType(announcement.type())
                .withReason(announcement.reason())
                .withMessage(message.length() <= MESSAGE ? message : message.substring(0, MESSAGE))
                .withFirstTimestamp(before == null ? now : before.getFirstTimestamp())
                .withLastTimestamp(now)
                .withCount(before == null ? 1 : before.getCount() + 1)
                .withNewSource()
                .withComponent(COMPONENT)
                .endSource()
                .withReportingComponent(COMPONENT)
                .build();
        events.resource(event).patch(StatusWriter.apply(), event);
    }
}
