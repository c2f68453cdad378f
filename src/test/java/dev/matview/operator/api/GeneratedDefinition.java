package dev.matview.operator.api;

import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinitionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * The custom resource definition, made from the types of this package. The generator gives the schema; what its
 * annotations can't say is added here: the columns in their order, how lists merge, descriptions of the root.
 */
final class GeneratedDefinition {
    private static final int WIDE = 1;

    /** No amount of anything takes more characters. */
    private static final long QUANTITY = 32;

    private static final List<CustomResourceColumnDefinition> COLUMNS = List.of(
            column("View", "string", ".spec.view.name", 0),
            column("Mode", "string", ".spec.mode", 0),
            column("Schedule", "string", ".status.schedule", 0),
            column("Status", "string", ".status.lastRefreshStatus", 0),
            column("Last Refresh", "date", ".status.lastRefreshTime", 0),
            column("Duration", "string", ".status.lastRefresh.duration", 0),
            column("Ready", "string", ".status.conditions[?(@.type==\"Ready\")].status", 0),
            column("Age", "date", ".metadata.creationTimestamp", 0),
            column("Schema", "string", ".spec.view.schema", WIDE),
            // kubectl prints a date of the future as invalid
            column("Next", "string", ".status.nextRefreshTime", WIDE),
            column("Fresh", "string", ".status.conditions[?(@.type==\"Fresh\")].status", WIDE),
            column("Rows", "integer", ".status.view.rows", WIDE),
            column("Size", "string", ".status.view.size", WIDE),
            column("Message", "string", ".status.conditions[?(@.type==\"Ready\")].message", WIDE));

    private static final long SETTINGS = 32;
    private static final long SETTING_VALUE = 64;

    private GeneratedDefinition() {}

    static CustomResourceDefinition generate() {
        var definition = new KubernetesSerialization().unmarshal(generatedYaml(), CustomResourceDefinition.class);
        var version = definition.getSpec().getVersions().getFirst();
        version.setAdditionalPrinterColumns(COLUMNS);
        complete(version.getSchema().getOpenAPIV3Schema());
        return definition;
    }

    private static String generatedYaml() {
        var yaml = new ByteArrayOutputStream();
        try (var output = new CRDGenerator.AbstractCRDOutput<ByteArrayOutputStream>() {
            @Override
            protected ByteArrayOutputStream createStreamFor(String name) {
                return yaml;
            }
        }) {
            new CRDGenerator()
                    .customResourceClasses(MaterializedViewRefresh.class)
                    .forCRDVersions("v1")
                    .withOutput(output)
                    .generate();
        } catch (IOException e) {
            throw new IllegalStateException("a buffer in memory can't fail to close", e);
        }
        return yaml.toString(StandardCharsets.UTF_8);
    }

    private static void complete(JSONSchemaProps root) {
        root.setDescription(
                "Declares that one materialized view of a PostgreSQL database is kept fresh: which one, how,"
                        + " and when. What happened is in the status.");
        root.setRequired(List.of("spec"));
        var spec = property(root, "spec");
        spec.setDescription("What is wanted.");
        spec.getProperties().remove("unreadable"); // of this process alone
        var settings = property(spec, "settings");
        settings.setMaxProperties(SETTINGS);
        settings.getAdditionalProperties().getSchema().setMaxLength(SETTING_VALUE);
        var status = property(root, "status");
        status.setDescription("What was found and what happened; written by the operator alone.");

        walk(root);
        var conditions = property(status, "conditions");
        conditions.setXKubernetesListType("map");
        conditions.setXKubernetesListMapKeys(List.of("type"));
    }

    /** A list or a reference is one value: two appliers never end up with a mixture of both of theirs. */
    private static void walk(JSONSchemaProps schema) {
        schema.setXKubernetesValidations(
                schema.getXKubernetesValidations().stream().distinct().toList());
        if (schema.getItems() != null) {
            schema.setXKubernetesListType("atomic");
            walk(schema.getItems().getSchema());
        }
        if (Boolean.TRUE.equals(schema.getXKubernetesIntOrString())) {
            schema.setMaxLength(QUANTITY);
        }
        schema.getProperties().forEach((name, property) -> {
            if (name.endsWith("Ref") || name.endsWith("From")) {
                property.setXKubernetesMapType("atomic");
            }
            walk(property);
        });
    }

    static JSONSchemaProps property(JSONSchemaProps schema, String name) {
        return Objects.requireNonNull(schema.getProperties().get(name), name);
    }

    private static CustomResourceColumnDefinition column(String name, String type, String path, int priority) {
        return new CustomResourceColumnDefinitionBuilder()
                .withName(name)
                .withType(type)
                .withJsonPath(path)
                .withPriority(priority == 0 ? null : priority)
                .build();
    }
}
