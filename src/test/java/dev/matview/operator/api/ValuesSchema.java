package dev.matview.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The part of a definition's schema that JSON Schema can say of Helm values. Values are put together from defaults and
 * a resource's own, so nothing is required of either, and null takes a default away.
 */
final class ValuesSchema {
    private static final List<String> TAKEN = List.of(
            "description",
            "enum",
            "pattern",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "minimum",
            "maximum",
            "minProperties",
            "maxProperties");

    private final ObjectMapper json = new ObjectMapper();

    /** Of the schema of {@code spec}. */
    ObjectNode of(JsonNode spec) {
        return optional(spec);
    }

    private ObjectNode optional(JsonNode schema) {
        var values = plain(schema);
        ArrayNode types = json.createArrayNode();
        if (values.get("type") instanceof ArrayNode several) {
            types.addAll(several);
        } else {
            types.add(values.get("type"));
        }
        values.set("type", types.add("null"));
        if (values.get("enum") instanceof ArrayNode choices) {
            choices.addNull();
        }
        return values;
    }

    private ObjectNode plain(JsonNode schema) {
        var values = json.createObjectNode();
        values.set("type", type(schema));
        TAKEN.stream().filter(schema::has).forEach(name -> values.set(name, written(schema.get(name))));
        if (schema.has("items")) {
            values.set("items", plain(schema.get("items")).setAll(required(schema.get("items"))));
        }
        if (schema.has("properties")) {
            var properties = values.putObject("properties");
            schema.get("properties").properties().forEach(p -> properties.set(p.getKey(), optional(p.getValue())));
            values.put("additionalProperties", false);
        } else if (schema.has("additionalProperties")) {
            values.set("additionalProperties", optional(schema.get("additionalProperties")));
        }
        return values;
    }

    /** A bound reads as people write it, and not as 3.1536E7. */
    private JsonNode written(JsonNode value) {
        boolean whole = value.isNumber() && value.doubleValue() == value.longValue();
        return whole ? json.getNodeFactory().numberNode(value.longValue()) : value.deepCopy();
    }

    /** A list is replaced as a whole, so its items must be complete. */
    private ObjectNode required(JsonNode items) {
        var values = json.createObjectNode();
        return items.has("required") ? values.set("required", items.get("required")) : values;
    }

    private JsonNode type(JsonNode schema) {
        return schema.path("x-kubernetes-int-or-string").asBoolean()
                ? json.createArrayNode().add("integer").add("string")
                : schema.get("type");
    }
}
