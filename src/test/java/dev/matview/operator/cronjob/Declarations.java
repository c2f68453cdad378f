package dev.matview.operator.cronjob;

import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.net.AllowedHosts;
import dev.matview.operator.postgres.ConnectionPolicy;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;

/** Resources as people write them, and what is made of them. */
final class Declarations {
    static final String TEMPLATE = """
            metadata:
              labels: {team: data, matview.dev/refresh-uid: forged}
            spec:
              serviceAccountName: refresher
              automountServiceAccountToken: true
              nodeSelector: {disk: ssd}
              containers:
                - name: log
                  image: logger
                - name: refresh
                  image: operator:1
                  args: [sleep]
                  env:
                    - {name: JAVA_TOOL_OPTIONS, value: -Xmx64m}
                    - {name: MATVIEW_REQUEST, value: forged}
                  resources: {limits: {memory: 128Mi}}
                  securityContext: {privileged: true, readOnlyRootFilesystem: false}
            """;

    private Declarations() {}

    static Declaration of(String spec) {
        return of("totals", spec, TEMPLATE);
    }

    /** After a run of which that was kept. */
    static Declaration after(String fingerprint, String spec) {
        Declaration first = of(spec);
        return new Declaration(
                first.resource(),
                first.suspended(),
                first.mayOverride(),
                first.policy(),
                first.template(),
                fingerprint);
    }

    static Declaration of(String name, String spec, String template) {
        var resource = Serialization.unmarshal("""
                apiVersion: matview.dev/v1alpha1
                kind: MaterializedViewRefresh
                metadata: {namespace: analytics, name: %s, uid: 5f0c, generation: 3}
                spec:
                  database:
                    secretRef: {name: db}
                    tls: {ca: {secretKeyRef: {name: db-ca, key: root.pem}}, clientCertificateSecretRef: {name: client}}
                  view: {name: totals}
                """.formatted(name) + spec.indent(2), MaterializedViewRefresh.class);
        return new Declaration(
                resource,
                resource.getSpec().suspend(),
                false,
                new ConnectionPolicy("scram-sha-256", AllowedHosts.ALL, false, Duration.ofSeconds(10)),
                new PodTemplate(Serialization.unmarshal(template, PodTemplateSpec.class)),
                null);
    }
}
