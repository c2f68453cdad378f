package dev.matview.operator.cronjob;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * What of a stored CronJob is not as declared. What the declaration leaves open, such as the defaults that the API server
 * fills in, is not compared.
 */
public final class Drift {
    private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();

    private Drift() {}

    /** The fields that differ, such as {@code spec.schedule}, in their order; none when it is as declared. */
    public static Set<String> between(CronJob declared, CronJob stored) {
        var fields = new TreeSet<String>();
        compare("spec", tree(declared.getSpec()), tree(stored.getSpec()), fields);
        var wanted = declared.getMetadata();
        var found = stored.getMetadata();
        compare("metadata.labels", tree(wanted.getLabels()), tree(orEmpty(found.getLabels())), fields);
        compare("metadata.annotations", tree(wanted.getAnnotations()), tree(orEmpty(found.getAnnotations())), fields);
        if (!found.getOwnerReferences().containsAll(wanted.getOwnerReferences())) {
            fields.add("metadata.ownerReferences");
        }
        return fields;
    }

    private static Map<String, String> orEmpty(Map<String, String> map) {
        return Objects.requireNonNullElse(map, Map.of());
    }

    private static JsonNode tree(Object value) {
        return SERIALIZATION.convertValue(value, JsonNode.class);
    }

    private static void compare(String path, JsonNode declared, JsonNode stored, Set<String> fields) {
        switch (declared) {
            case ObjectNode object
            when stored.isObject() || stored.isMissingNode() ->
                object.properties()
                        .forEach(field -> compare(
                                path + "." + field.getKey(), field.getValue(), stored.path(field.getKey()), fields));
            case JsonNode list
            when list.isArray() && (stored.isArray() || list.isEmpty()) -> {
                if (list.size() != stored.size()) {
                    fields.add(path);
                }
                for (int i = 0; i < Math.min(list.size(), stored.size()); i++) {
                    compare(path + "[" + i + "]", list.get(i), stored.get(i), fields);
                }
            }
            default -> {
                if (!declared.equals(stored)
                        && !(isZero(declared) && stored.isMissingNode())
                        && !sameAmount(declared, stored)) {
                    fields.add(path);
                }
            }
        }
    }

    /** The API server leaves such a value away. */
    private static boolean isZero(JsonNode value) {
        return value.isNull()
                || (value.isTextual() && value.textValue().isEmpty())
                || (value.isBoolean() && !value.booleanValue());
    }

    /** The API server writes quantities in a form of its own: 1000m is 1. */
    private static boolean sameAmount(JsonNode declared, JsonNode stored) {
        if (!declared.isTextual() || !stored.isTextual()) {
            return false;
        }
        try {
            return Quantity.getAmountInBytes(new Quantity(declared.textValue()))
                            .compareTo(Quantity.getAmountInBytes(new Quantity(stored.textValue())))
                    == 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
