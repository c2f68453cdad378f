package dev.matview.operator.hook;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A run as a CloudEvents event (CloudEvents 1.0.2, with its JSON format).
 *
 * @param uid of the resource
 */
public record Event(String uid, Data data) {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();

    /** The same for each delivery of the same run. */
    String id() {
        return uid + "-" + data.startTime().toEpochMilli() + "-"
                + data.completionTime().toEpochMilli();
    }

    /** The whole event in structured mode. */
    String json() {
        ObjectNode event = MAPPER.createObjectNode()
                .put("specversion", "1.0")
                .put("id", id())
                .put(
                        "source",
                        "/apis/matview.dev/v1alpha1/namespaces/" + data.namespace() + "/materializedviewrefreshes/"
                                + data.name())
                .put("type", "dev.matview.refresh." + data.status().toLowerCase(Locale.ROOT))
                .put("subject", data.schema() + "." + data.view())
                .put("time", data.completionTime().toString())
                .put("datacontenttype", "application/json")
                .set("data", MAPPER.valueToTree(data));
        try {
            return MAPPER.writeValueAsString(event);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an event is made of plain values", e);
        }
    }

    /**
     * The event's data: the run as the resource's status has it, and the resource's name and view.
     *
     * @param status Succeeded or Failed
     * @param reason why it failed, or null when it did not
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Data(
            String namespace,
            String name,
            String schema,
            String view,
            String status,
            String trigger,
            @Nullable Instant scheduledTime,
            @Nullable String request,
            @Nullable String mode,
            Instant startTime,
            Instant completionTime,
            @Nullable String duration,
            @Nullable Long rows,
            @Nullable Long sizeBytes,
            @Nullable String reason,
            @Nullable String message,
            @Nullable String sqlState) {}
}
