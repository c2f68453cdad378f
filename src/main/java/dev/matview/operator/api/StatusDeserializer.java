package dev.matview.operator.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/** Reads a stored status without ever failing, as {@link SpecDeserializer}; what can't be read is built anew. */
final class StatusDeserializer extends JsonDeserializer<MaterializedViewRefreshStatus> {

    @Override
    public MaterializedViewRefreshStatus deserialize(JsonParser parser, DeserializationContext context)
            throws IOException {
        JsonNode stored = parser.readValueAsTree();
        try {
            return Stored.MAPPER.treeToValue(stored, MaterializedViewRefreshStatus.class);
        } catch (JsonMappingException e) {
            return MaterializedViewRefreshStatus.EMPTY;
        }
    }
}
