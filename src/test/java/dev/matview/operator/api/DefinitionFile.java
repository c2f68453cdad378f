package dev.matview.operator.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.utils.YamlDumpSettingsBuilder;

/** The text of the committed custom resource definition. */
final class DefinitionFile {
    private static final String HEADER = """
            # Generated from the types of dev.matview.operator.api by 'make crds'; an edit here is lost.
            """;

    private DefinitionFile() {}

    static String text(CustomResourceDefinition definition) {
        var settings = new YamlDumpSettingsBuilder().setMinimizeQuotes(true).build();
        var yaml = new KubernetesSerialization(new ObjectMapper(), false, settings).asYaml(definition);
        return HEADER + withoutFractions(yaml.substring("---\n".length()));
    }

    /** Bounds are doubles in the model, and 3.1536E7 is hard to read. */
    private static String withoutFractions(String yaml) {
        return java.util.regex.Pattern.compile("(?m)^( *(?:minimum|maximum): )(.*)$")
                .matcher(yaml)
                .replaceAll(m -> m.group(1) + (long) Double.parseDouble(m.group(2)));
    }
}
