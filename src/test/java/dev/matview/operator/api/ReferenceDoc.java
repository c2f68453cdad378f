package dev.matview.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The reference of the resource for readers: one section for each object of the schema, one row for each field. */
final class ReferenceDoc {
    private final CustomResourceDefinition definition;
    private final StringBuilder text = new StringBuilder();
    private final Map<JSONSchemaProps, String> sections = new HashMap<>();

    ReferenceDoc(CustomResourceDefinition definition) {
        this.definition = definition;
    }

    String text() {
        var names = definition.getSpec().getNames();
        var version = definition.getSpec().getVersions().getFirst();
        var root = version.getSchema().getOpenAPIV3Schema();
        text.append("<!-- Generated from the custom resource definition by 'make docs'; an edit here is lost. -->\n");
        text.append("# %s\n\n%s\n\n".formatted(names.getKind(), root.getDescription()));
        text.append(
                "`apiVersion: %s/%s`, `kind: %s`. For kubectl: `%s`; in a list of all of the operator's kinds: `%s`.\n"
                        .formatted(
                                definition.getSpec().getGroup(),
                                version.getName(),
                                names.getKind(),
                                String.join("`, `", names.getShortNames()),
                                String.join("`, `", names.getCategories())));
        text.append("A field with a bound or a rule is checked when a manifest is applied.\n\n");
        section("spec", GeneratedDefinition.property(root, "spec"));
        section("status", GeneratedDefinition.property(root, "status"));
        columns(version.getAdditionalPrinterColumns());
        return text.toString();
    }

    private void section(String path, JSONSchemaProps object) {
        sections.put(shape(object), path);
        text.append("## %s\n\n%s\n\n".formatted(path, object.getDescription()));
        text.append("| field | type | default | bounds | meaning |\n|---|---|---|---|---|\n");
        var nested = new ArrayList<Runnable>();
        object.getProperties().forEach((name, field) -> {
            var required = object.getRequired().contains(name) ? "**required**" : defaultOf(field);
            text.append("| `%s` | %s | %s | %s | %s |\n"
                    .formatted(name, type(field), required, cell(bounds(field)), cell(meaning(path, name, field))));
            var inner = field.getItems() == null ? field : field.getItems().getSchema();
            if (!inner.getProperties().isEmpty() && !sections.containsKey(shape(inner))) {
                sections.put(shape(inner), path + "." + name);
                nested.add(() -> section(path + "." + name, described(inner, field)));
            }
        });
        text.append('\n');
        rules(object.getXKubernetesValidations());
        nested.forEach(Runnable::run);
    }

    private void rules(List<ValidationRule> rules) {
        rules.forEach(rule -> text.append("- Rule%s: %s.\n"
                .formatted(
                        rule.getFieldPath() == null
                                ? ""
                                : " for `" + rule.getFieldPath().substring(1) + "`",
                        rule.getMessage())));
        text.append(rules.isEmpty() ? "" : "\n");
    }

    private void columns(List<CustomResourceColumnDefinition> columns) {
        text.append("## Columns of kubectl get\n\n| column | shows | with |\n|---|---|---|\n");
        columns.forEach(column -> text.append("| %s | `%s` | %s |\n"
                .formatted(
                        column.getName().toUpperCase(Locale.ROOT),
                        column.getJsonPath().substring(1),
                        column.getPriority() == null ? "" : "`-o wide`")));
    }

    private String meaning(String path, String name, JSONSchemaProps field) {
        var inner = field.getItems() == null ? field : field.getItems().getSchema();
        if (inner.getProperties().isEmpty()) {
            return field.getDescription();
        }
        var section = sections.getOrDefault(shape(inner), path + "." + name);
        return "%s See [%s](#%s)."
                .formatted(
                        field.getDescription(),
                        section,
                        section.replace(".", "").toLowerCase(Locale.ROOT));
    }

    /** A larger object without its own description: two fields of one shape share a section. */
    private static JSONSchemaProps shape(JSONSchemaProps object) {
        return object.getProperties().size() < 3
                ? object
                : object.edit()
                        .withDescription(null)
                        .withXKubernetesMapType(null)
                        .build();
    }

    private static JSONSchemaProps described(JSONSchemaProps object, JSONSchemaProps field) {
        return object.edit().withDescription(field.getDescription()).build();
    }

    private static String type(JSONSchemaProps field) {
        if (field.getItems() != null) {
            return "list of " + type(field.getItems().getSchema());
        }
        if (Boolean.TRUE.equals(field.getXKubernetesIntOrString())) {
            return "integer or string";
        }
        return field.getFormat() == null ? field.getType() : field.getFormat();
    }

    private static String defaultOf(JSONSchemaProps field) {
        var value = field.getDefault();
        return value == null || value.isObject() ? "" : "`" + value.asText() + "`";
    }

    private static String bounds(JSONSchemaProps field) {
        var bounds = new ArrayList<String>();
        if (!field.getEnum().isEmpty()) {
            bounds.add(field.getEnum().stream().map(JsonNode::asText).collect(Collectors.joining("`, `", "`", "`")));
        }
        if (field.getMinimum() != null && field.getMaximum() != null) {
            bounds.add("%.0f to %.0f".formatted(field.getMinimum(), field.getMaximum()));
        }
        if (field.getMaxItems() != null) {
            bounds.add("at most " + field.getMaxItems());
            bounds.add("each " + bounds(field.getItems().getSchema()));
        }
        if (field.getMaxLength() != null) {
            bounds.add((field.getMinLength() == null ? "at most " : field.getMinLength() + " to ")
                    + field.getMaxLength() + " characters");
        }
        if (field.getPattern() != null) {
            bounds.add(inWords(field.getPattern()));
        }
        return String.join("; ", bounds);
    }

    private static String inWords(String pattern) {
        return switch (pattern) {
            case Durations.PATTERN -> "a number and a unit";
            case SpecRules.OBJECT_NAME -> "a name as Kubernetes has them";
            case SpecRules.IDENTIFIER -> "no NUL";
            default -> "matches `" + pattern + "`";
        };
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("\n", " ");
    }
}
