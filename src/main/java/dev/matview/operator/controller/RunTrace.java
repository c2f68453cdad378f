package dev.matview.operator.controller;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.operator.refresh.EndedRun;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Timeline;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A run as one trace: the run, and below it what it did. The form is OTLP's JSON, where identifiers are hexadecimal and 64-bit
 * numbers are text (OpenTelemetry protocol, section JSON Protobuf Encoding). Nothing of the server's texts is in it.
 */
final class RunTrace {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int INTERNAL = 1;
    private static final int CLIENT = 3;
    private static final int ERROR = 2;

    private final EndedRun<ResourceKey> run;
    private final String traceId = hex() + hex();
    private final ObjectNode document = JSON.createObjectNode();
    private final ArrayNode spans;

    private RunTrace(EndedRun<ResourceKey> run) {
        this.run = run;
        ObjectNode resource = document.putArray("resourceSpans").addObject();
        attribute(resource.putObject("resource").putArray("attributes"), "service.name", "matview-operator");
        ObjectNode scope = resource.putArray("scopeSpans").addObject();
        scope.putObject("scope").put("name", "dev.matview.operator");
        this.spans = scope.putArray("spans");
    }

    /** As it is sent to a collector. */
    static String of(EndedRun<ResourceKey> run) {
        var trace = new RunTrace(run);
        Instant end = run.timeline().parts().isEmpty()
                ? run.timeline().start()
                : run.timeline().parts().getLast().end();
        trace.whole(trace.span("refresh run", run.id(), INTERNAL, run.timeline().start(), end));
        run.timeline().parts().forEach(trace::part);
        try {
            return JSON.writeValueAsString(trace.document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree that can't be written", e);
        }
    }

    private void whole(ObjectNode span) {
        ArrayNode attributes = span.putArray("attributes");
        var id = run.request().key().id();
        attribute(attributes, "k8s.namespace.name", id.getNamespace().orElse(""));
        attribute(attributes, "matview.name", id.getName());
        attribute(attributes, "matview.view", run.request().view().name().toString());
        attribute(
                attributes,
                "matview.trigger",
                run.request().trigger().getClass().getSimpleName());
        attribute(attributes, "matview.mode", run.request().view().mode().value());
        attribute(attributes, "db.system.name", "postgresql");
        if (run.database() != null) {
            attribute(attributes, "matview.database", run.database());
        }
        switch (run.outcome()) {
            case Outcome.Failed failed -> {
                String reason = failed.failure().reason().value();
                attribute(attributes, "matview.outcome", Records.FAILED);
                attribute(attributes, "error.type", reason);
                span.putObject("status").put("code", ERROR).put("message", reason);
            }
            case Outcome.Refreshed _ -> attribute(attributes, "matview.outcome", Records.SUCCEEDED);
            case Outcome.Unchanged _, Outcome.Skipped _, Outcome.Missed _, Outcome.Checked _, Outcome.Creatable _ ->
                attribute(attributes, "matview.outcome", Records.SKIPPED);
        }
    }

    private void part(Timeline.Part part) {
        int kind =
                switch (part.stage()) {
                    case WAIT -> INTERNAL;
                    case CONNECT, PREFLIGHT, REFRESH, MAINTENANCE -> CLIENT;
                };
        span(part.stage().value(), hex(), kind, part.start(), part.end()).put("parentSpanId", run.id());
    }

    private ObjectNode span(String name, String id, int kind, Instant start, Instant end) {
        return spans.addObject()
                .put("traceId", traceId)
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
}
