package dev.matview.operator.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.stream.Collectors;

/**
 * Reads a stored spec without ever failing: an informer whose list holds one object that can't be read serves none of
 * them. What a later version may have stored (another mode, a wider number) becomes {@code unreadable}.
 */
final class SpecDeserializer extends JsonDeserializer<MaterializedViewRefreshSpec> {

    @Override
    public MaterializedViewRefreshSpec deserialize(JsonParser parser, DeserializationContext context)
            throws IOException {
        JsonNode stored = parser.readValueAsTree();
        try {
            return Stored.MAPPER.treeToValue(stored, MaterializedViewRefreshSpec.class);
        } catch (JsonMappingException e) {
            return MaterializedViewRefreshSpec.unreadable(
                    path(e) + " is missing, or holds what this version of the operator does not know");
        }
    }

    private static String path(JsonMappingException e) {
        return e.getPath().stream()
                .map(r -> r.getFieldName() == null ? "[" + r.getIndex() + "]" : "." + r.getFieldName())
                .collect(Collectors.joining("", "spec", ""));
    }
}
