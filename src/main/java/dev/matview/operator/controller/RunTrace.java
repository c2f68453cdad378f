package dev.matview.operator.controller;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.api.ViewSpec;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.refresh.EndedRun;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Stage;
import dev.matview.operator.refresh.Timeline;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Spans of a run's trace: the run, and below it what it did. The form is OTLP's JSON, where identifiers are hexadecimal and
 * 64-bit numbers are text (OpenTelemetry protocol, section JSON Protobuf Encoding). Nothing of the server's texts is in it.
 */
final class RunTrace {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int INTERNAL = 1;
    private static final int CLIENT = 3;
    private static final int ERROR = 2;

    private final Root root;
    private final ObjectNode document = JSON.createObjectNode();
    private final ArrayNode spans;

    private RunTrace(Root root) {
        this.root = root;
        ObjectNode resource = document.putArray("resourceSpans").addObject();
        attribute(resource.putObject("resource").putArray("attributes"), "service.name", "matview-operator");
        ObjectNode scope = resource.putArray("scopeSpans").addObject();
        scope.putObject("scope").put("name", "dev.matview.operator");
        this.spans = scope.putArray("spans");
    }

    /** A run of this process. */
    static String of(EndedRun<ResourceKey> run, Root root) {
        var trace = new RunTrace(root);
        List<Timeline.Part> parts = run.timeline().parts();
        Instant start = run.timeline().start();
        ObjectNode whole =
                trace.whole(start, parts.isEmpty() ? start : parts.getLast().end());
        ArrayNode attributes = trace.attributes(
                whole,
                run.request().key(),
                run.request().view().name(),
                run.request().trigger().getClass().getSimpleName(),
                run.request().view().mode().value());
        if (run.database() != null) {
            attribute(attributes, "matview.database", run.database());
        }
        switch (run.outcome()) {
            case Outcome.Failed failed -> {
                attribute(attributes, "matview.outcome", Records.FAILED);
                error(whole, attributes, failed.failure().reason().value());
            }
            case Outcome.Refreshed _ -> attribute(attributes, "matview.outcome", Records.SUCCEEDED);
            case Outcome.Unchanged _, Outcome.Skipped _, Outcome.Missed _, Outcome.Checked _, Outcome.Creatable _ ->
                attribute(attributes, "matview.outcome", Records.SKIPPED);
        }
        parts.forEach(trace::part);
        return trace.json();
    }

    /** A run in a pod, of which there is its record alone. */
    static String of(ResourceKey key, ViewSpec view, RefreshRecord run, Root root) {
        var trace = new RunTrace(root);
        Instant end = Objects.requireNonNullElse(run.completionTime(), run.startTime());
        ObjectNode whole = trace.whole(run.startTime(), end);
        ArrayNode attributes =
                trace.attributes(whole, key, new ViewName(view.schema(), view.name()), run.trigger(), run.mode());
        attribute(attributes, "matview.outcome", run.status());
        if (run.job() != null) {
            attribute(attributes, "k8s.job.name", run.job());
        }
        if (run.reason() != null) {
            error(whole, attributes, run.reason());
        }
        trace.part(new Timeline.Part(Stage.REFRESH, run.startTime(), end));
        return trace.json();
    }

    /** What Redis and webhooks took, which are called when the run is recorded. */
    static String ofHooks(Root root, Instant start, Instant end, boolean worked) {
        var trace = new RunTrace(root);
        ObjectNode span = trace.span("hooks", hex(), CLIENT, start, end).put("parentSpanId", root.spanId());
        if (!worked) {
            error(span, span.putArray("attributes"), "hook");
        }
        return trace.json();
    }

    private String json() {
        try {
            return JSON.writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree that can't be written", e);
        }
    }

    private ObjectNode whole(Instant start, Instant end) {
        return span("refresh run", root.spanId(), INTERNAL, start, end);
    }

    private ArrayNode attributes(
            ObjectNode span, ResourceKey key, ViewName view, String trigger, @Nullable String mode) {
        ArrayNode attributes = span.putArray("attributes");
        attribute(attributes, "k8s.namespace.name", key.id().getNamespace().orElse(""));
        attribute(attributes, "matview.name", key.id().getName());
        attribute(attributes, "matview.view", view.toString());
        attribute(attributes, "matview.trigger", trigger);
        if (mode != null) {
            attribute(attributes, "matview.mode", mode);
        }
        attribute(attributes, "db.system.name", "postgresql");
        return attributes;
    }

    private static void error(ObjectNode span, ArrayNode attributes, String reason) {
        attribute(attributes, "error.type", reason);
        span.putObject("status").put("code", ERROR).put("message", reason);
    }

    private void part(Timeline.Part part) {
        int kind =
                switch (part.stage()) {
                    case WAIT -> INTERNAL;
                    case CONNECT, PREFLIGHT, REFRESH, MAINTENANCE, NOTIFY -> CLIENT;
                };
        span(part.stage().value(), hex(), kind, part.start(), part.end()).put("parentSpanId", root.spanId());
    }

    private ObjectNode span(String name, String id, int kind, Instant start, Instant end) {
        return spans.addObject()
                .put("traceId", root.traceId())
                .put("spanId", id)
                .put("name", name)
                .put("kind", kind)
                .put("startTimeUnixNano", nanos(start))
                .put("endTimeUnixNano", nanos(end));
    }

    private static void attribute(ArrayNode attributes, String key, String value) {
        attributes.addObject().put("key", key).putObject("value").put("stringValue", value);
    }

    private static String nanos(Instant time) {
        return time.toEpochMilli() + "000000";
    }

    private static String hex() {
        return "%016x".formatted(ThreadLocalRandom.current().nextLong());
    }

    /**
     * A trace's first span, below which the others are.
     *
     * @param completionTime of the run, as its record says; null for one that no hook tells of
     */
    record Root(String traceId, String spanId, @Nullable Instant completionTime) {
        /** Of a run, under the name that the log has for it. */
        static Root of(String id, @Nullable Instant completionTime) {
            return new Root(hex() + hex(), id, completionTime);
        }

        /** Of a run that this log does not know. */
        static Root of(RefreshRecord run) {
            return of(hex(), run.completionTime());
        }
    }
}
