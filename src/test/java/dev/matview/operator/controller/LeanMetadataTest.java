package dev.matview.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import org.junit.jupiter.api.Test;

/** What of an object's metadata is kept in memory. */
class LeanMetadataTest {
    @Test
    void managedFieldsAreLeftOutAndTheRestIsKept() throws JsonProcessingException {
        var mapper = new ObjectMapper();
        new LeanMetadata().customize(mapper);
        String stored = """
                {"name": "counts", "uid": "1", "managedFields": [{"manager": "kubectl", "fieldsV1": {"f:spec": {}}}]}
                """;
        ObjectMeta read = mapper.readValue(stored, ObjectMeta.class);
        assertThat(read.getManagedFields()).isEmpty();
        assertThat(read.getAdditionalProperties()).isEmpty();
        assertThat(read.getName()).isEqualTo("counts");
    }
}
