package dev.matview.operator.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * What the operators of all the other tests asked the API server for, by its audit log, against what deploy/rbac.yaml
 * allows: nothing is lacking there, and nothing is too much. It comes last, and alone, so it says nothing of value unless
 * the whole rung has run before.
 */
@Isolated
@Order(Integer.MAX_VALUE)
@ExtendWith(TestNamespaceExtension.class)
class RightsIT {
    private static final String OPERATOR = "system:serviceaccount:matview-system:matview-operator";

    private final KubernetesSerialization json = new KubernetesSerialization();

    @Test
    void theOperatorUsesEachOfItsRightsAndWasRefusedNothing() throws IOException {
        var log = auditLog();
        assumeThat(log).as("the API server's audit log").exists();
        var used = new TreeSet<String>();
        var refused = new TreeSet<String>();
        try (var lines = Files.lines(log)) {
            lines.map(line -> json.unmarshal(line, JsonNode.class))
                    .filter(event ->
                            event.at("/impersonatedUser/username").asText().equals(OPERATOR))
                    .filter(event -> event.has("objectRef"))
                    .forEach(event -> (code(event) == 403 ? refused : used).addAll(rights(event)));
        }
        assertThat(refused).as("rights that deploy/rbac.yaml lacks").isEmpty();
        assertThat(granted())
                .as("rights that no test needs, of those in deploy/rbac.yaml")
                .isSubsetOf(used);
    }

    private static Path auditLog() {
        var kubeconfig = Path.of(System.getenv(TestCluster.KUBECONFIG));
        return kubeconfig.resolveSibling("log").resolve("audit.log");
    }

    private static int code(JsonNode event) {
        return event.at("/responseStatus/code").asInt();
    }

    private static List<String> rights(JsonNode event) {
        var object = event.get("objectRef");
        var subresource = object.path("subresource").asText();
        var resource = object.path("resource").asText() + (subresource.isEmpty() ? "" : "/" + subresource);
        var group = object.path("apiGroup").asText();
        var verb = event.path("verb").asText();
        // Server-side apply of what does not exist yet needs both.
        boolean created = verb.equals("patch") && code(event) == 201;
        return Stream.of(verb, "create")
                .filter(v -> created || v.equals(verb))
                .map(v -> right(group, resource, v))
                .toList();
    }

    private List<String> granted() throws IOException {
        try (var manifest = Files.newInputStream(Path.of("deploy", "rbac.yaml"))) {
            Object objects = json.unmarshal(manifest);
            return ((List<?>) objects)
                    .stream()
                            .flatMap(object -> switch (object) {
                                case ClusterRole role -> role.getRules().stream();
                                case Role role -> role.getRules().stream();
                                default -> Stream.<PolicyRule>empty();
                            })
                            .flatMap(RightsIT::rights)
                            .toList();
        }
    }

    private static Stream<String> rights(PolicyRule rule) {
        return rule.getApiGroups().stream().flatMap(group -> rule.getResources().stream()
                .flatMap(resource -> rule.getVerbs().stream().map(verb -> right(group, resource, verb))));
    }

    private static String right(String group, String resource, String verb) {
        return verb + " " + resource + (group.isEmpty() ? "" : "." + group);
    }
}
