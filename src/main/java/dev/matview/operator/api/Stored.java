package dev.matview.operator.api;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;

/** Reads stored objects in the plain way, for the deserializers that catch what goes wrong with it. */
final class Stored {
    static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .addMixIn(MaterializedViewRefreshSpec.class, Plain.class)
            .addMixIn(MaterializedViewRefreshStatus.class, Plain.class)
            .build();

    private Stored() {}

    /** Takes the deserializer off again, which would otherwise call itself. */
    @JsonDeserialize(using = JsonDeserializer.None.class)
    private interface Plain {}
}
