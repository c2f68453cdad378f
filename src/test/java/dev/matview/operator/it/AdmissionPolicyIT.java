package dev.matview.operator.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.Execution;
import dev.matview.operator.api.MaterializedViewRefresh;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A user who may write resources and get one Secret, under the policy as it is shipped. */
@ExtendWith(TestNamespaceExtension.class)
class AdmissionPolicyIT {
    private static final Path POLICY = Path.of("deploy", "admin", "admission-policy.yaml");
    private static final String USER = "limited";
    private static final String OWN = "secretRef: {name: own}";

    private final TestNamespace namespace;
    private final KubernetesClient limited;

    AdmissionPolicyIT(TestNamespace namespace) {
        this.namespace = namespace;
        var config = new ConfigBuilder(namespace.client().getConfiguration())
                .withImpersonateUsername(USER)
                .build();
        limited = new KubernetesClientBuilder().withConfig(config).build();
    }

    @BeforeEach
    void install() {
        allow(
                "limited",
                rule("matview.dev", "materializedviewrefreshes", "*").build(),
                rule("", "secrets", "get").withResourceNames("own").build());
        namespace.cluster().apply(POLICY);
        await("the policy is in force")
                .atMost(Duration.ofSeconds(30))
                .until(() -> refused("secretRef: {name: theirs}"));
    }

    @AfterEach
    void remove() {
        namespace.cluster().delete(POLICY);
        namespace
                .client()
                .resources(MaterializedViewRefresh.class)
                .inNamespace(namespace.name())
                .delete();
        limited.close();
    }

    @Test
    void aSecretThatTheUserMayGetMayBeNamed() {
        assertThatCode(() -> create(limited, OWN)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secretRef: {name: theirs}",
                "secretRef: {name: own}, tls: {ca: {secretKeyRef: {name: theirs, key: ca.crt}}}",
                "secretRef: {name: own}, tls: {clientCertificateSecretRef: {name: theirs}}"
            })
    void aSecretThatTheUserMayNotGetIsRefusedByName(String database) {
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> create(limited, database))
                .satisfies(e -> assertThat(e.getCode()).isEqualTo(403))
                .withMessageContaining(
                        "the operator would use the Secret theirs on your behalf, and you may not get it")
                .withMessageContaining("in the namespace " + namespace.name());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis: {keys: [k], urlFrom: {name: theirs, key: url}}",
                "redis: {keys: [k], host: cache, passwordFrom: {name: theirs, key: password}}",
                "redis: {keys: [k], host: cache, ca: {secretKeyRef: {name: theirs, key: ca.crt}}}",
                "webhook: {urlFrom: {name: theirs, key: url}}",
                "webhook: {url: 'https://hooks', signingKeyFrom: {name: theirs, key: key}}",
                "webhook: {url: 'https://hooks', ca: {secretKeyRef: {name: theirs, key: ca.crt}}}"
            })
    void aSecretOfAHookThatTheUserMayNotGetIsRefusedByName(String hook) {
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> create(limited, OWN, "afterRefresh: {" + hook + "}"))
                .satisfies(e -> assertThat(e.getCode()).isEqualTo(403))
                .withMessageContaining("the operator would use the Secret theirs on your behalf");
        assertThatCode(() -> create(limited, OWN, "afterRefresh: {" + hook.replace("theirs", "own") + "}"))
                .doesNotThrowAnyException();
    }

    @Test
    void aHookIsNotAddedToAResourceOfSomebodyElse() {
        create(namespace.client(), "secretRef: {name: theirs}");
        var resource = new RefreshResource(limited, namespace.name(), "totals");

        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> resource.edit(Map.of("afterRefresh", Map.of("notify", Map.of("channel", "news")))))
                .withMessageContaining("Secret theirs");
    }

    @Test
    void aCertificateAuthorityInAConfigMapIsNoSecret() {
        assertThatCode(() -> create(limited, OWN + ", tls: {ca: {configMapKeyRef: {name: ca, key: ca.crt}}}"))
                .doesNotThrowAnyException();
    }

    @Test
    void aResourceOfSomebodyElseMayBeAskedToRefreshAndSuspended() {
        create(namespace.client(), "secretRef: {name: theirs}");
        var resource = new RefreshResource(limited, namespace.name(), "totals");

        resource.request("by-hand");
        resource.suspend(true);

        assertThat(resource.object().get().getMetadata().getAnnotations())
                .containsEntry(MaterializedViewRefresh.REFRESH_REQUESTED, "by-hand");
        assertThat(resource.object().get().getSpec().suspend()).isTrue();
    }

    @Test
    void aResourceOfSomebodyElseMayNotBeTurnedToAnotherDatabaseOrView() {
        create(namespace.client(), "secretRef: {name: theirs}");
        var resource = new RefreshResource(limited, namespace.name(), "totals");

        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> resource.edit(Map.of("database", Map.of("name", "other"))))
                .withMessageContaining("Secret theirs");
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> resource.edit(Map.of("view", Map.of("name", "other"))))
                .withMessageContaining("Secret theirs");
        assertThatCode(() -> resource.edit(Map.of("database", Map.of("secretRef", Map.of("name", "own")))))
                .doesNotThrowAnyException();
    }

    @Test
    void onlyWhoMayCreateCronJobsMayHaveTheOperatorCreateThem() {
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> create(limited, OWN, "execution: CronJob"))
                .satisfies(e -> assertThat(e.getCode()).isEqualTo(403))
                .withMessageContaining("needs the right to create CronJobs in the namespace " + namespace.name());
        create(limited, OWN);
        var resource = new RefreshResource(limited, namespace.name(), "totals");
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> resource.edit(Map.of("execution", "CronJob")))
                .withMessageContaining("use InOperator");

        allow("cronjobs", rule("batch", "cronjobs", "create").build());
        await("the right is known")
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptionsMatching(e -> String.valueOf(e.getMessage()).contains("use InOperator"))
                .until(() -> {
                    resource.edit(Map.of("execution", "CronJob"));
                    return true;
                });
        assertThat(resource.object().get().getSpec().execution()).isEqualTo(Execution.CRON_JOB);
    }

    private boolean refused(String database) {
        try {
            create(limited, database);
        } catch (KubernetesClientException e) {
            return String.valueOf(e.getMessage()).contains("on your behalf");
        }
        namespace
                .client()
                .resources(MaterializedViewRefresh.class)
                .inNamespace(namespace.name())
                .delete();
        return false;
    }

    private void create(KubernetesClient client, String database) {
        create(client, database, "execution: InOperator");
    }

    private void create(KubernetesClient client, String database, String more) {
        var text = """
                apiVersion: matview.dev/v1alpha1
                kind: MaterializedViewRefresh
                metadata: {name: totals}
                spec: {database: {%s}, view: {name: totals}, %s}
                """.formatted(database, more);
        client.resource(Serialization.unmarshal(text, GenericKubernetesResource.class))
                .inNamespace(namespace.name())
                .create();
    }

    private void allow(String name, PolicyRule... rules) {
        var role = new RoleBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withRules(rules)
                .build();
        var binding = new RoleBindingBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "Role", name)
                .addNewSubject("rbac.authorization.k8s.io", "User", USER, null)
                .build();
        namespace.client().resource(role).inNamespace(namespace.name()).serverSideApply();
        namespace.client().resource(binding).inNamespace(namespace.name()).serverSideApply();
    }

    private static PolicyRuleBuilder rule(String group, String resource, String verb) {
        return new PolicyRuleBuilder()
                .withApiGroups(group)
                .withResources(resource)
                .withVerbs(verb);
    }
}
