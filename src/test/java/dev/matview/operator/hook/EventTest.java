package dev.matview.operator.hook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class EventTest {
    private final Event event = Targets.event();

    @Test
    void itHasTheAttributesOfCloudEventsAndTheRunAsData() throws IOException {
        JsonNode json = new ObjectMapper().readTree(event.json());
        assertThat(json.get("specversion").asText()).isEqualTo("1.0");
        assertThat(json.get("id").asText()).isEqualTo(event.id());
        assertThat(json.get("source").asText())
                .isEqualTo("/apis/matview.dev/v1alpha1/namespaces/analytics/materializedviewrefreshes/totals");
        assertThat(json.get("type").asText()).isEqualTo("dev.matview.refresh.succeeded");
        assertThat(json.get("subject").asText()).isEqualTo("public.größe \"x\"");
        assertThat(json.get("time").asText()).isEqualTo("2026-11-21T10:00:02Z");
        assertThat(json.get("datacontenttype").asText()).isEqualTo("application/json");
        assertThat(json.get("data").fieldNames())
                .toIterable()
                .containsExactly(
                        "namespace",
                        "name",
                        "schema",
                        "view",
                        "status",
                        "trigger",
                        "scheduledTime",
                        "mode",
                        "startTime",
                        "completionTime",
                        "duration",
                        "rows",
                        "sizeBytes");
        assertThat(json.at("/data/rows").isIntegralNumber()).isTrue();
        assertThat(json.at("/data/startTime").asText()).isEqualTo("2026-11-21T10:00:00.123Z");
    }

    @Test
    void itsIdStandsForTheRunHoweverOftenItIsTold() {
        assertThat(event.id())
                .isEqualTo(Targets.event().id())
                .isEqualTo("8f5b6e0a-0000-4000-8000-000000000000-1795255200123-1795255202000");
    }
}
