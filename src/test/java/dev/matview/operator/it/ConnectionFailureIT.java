package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.message;
import static dev.matview.operator.it.StatusIs.notValidatedYet;
import static dev.matview.operator.it.StatusIs.ready;
import static dev.matview.operator.it.StatusIs.stalled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.testing.PostgresServer;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A database that is not reached, or must not be: the status says why, and nothing secret is given away. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class ConnectionFailureIT {
    private final Scene scene;

    ConnectionFailureIT(Scene scene) {
        this.scene = scene;
    }

    @Test
    void aHostThatIsUnknownIsTriedUntilItIsThere() {
        var status = host("no-such-host.invalid").await("not validated yet", notValidatedYet("Unreachable"));
        assertThat(message(status))
                .contains("no-such-host.invalid")
                .contains("is not known")
                .contains("DNS");
        assertThat(status.observedGeneration()).isNull();
        assertThat(status.history()).isEmpty();
    }

    @Test
    void aHostThatRefusesIsTriedUntilItAnswers() throws IOException, SQLException {
        scene.createView("totals");
        int closed;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        var resource = port(closed);
        var status = resource.await("not validated yet", notValidatedYet("Unreachable"));
        assertThat(message(status)).contains("refuses the connection").contains("check host and port");
        resource.edit(Map.of("database", Map.of("secretRef", Map.of("name", scene.secret()))));
        assertThat(resource.await("validated", ready()).observedGeneration()).isEqualTo(2);
    }

    @Test
    void aHostThatSwallowsIsGivenUpInTime() throws IOException {
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var status = port(silent.getLocalPort()).await("not validated yet", notValidatedYet("Unreachable"));
            assertThat(message(status)).contains("does not answer").contains("firewalls");
        }
    }

    @Test
    void aHostThatDiffersFromTheSecretsIsRefusedUnlessTheSecretAllowsIt() throws SQLException {
        scene.createView("totals");
        var resource = scene.create(
                "totals",
                "database: {secretRef: {name: " + scene.secret() + "}, host: 127.0.0.1, tls: {mode: Require}}");
        var status = resource.await("stalled", stalled("OverrideRefused"));
        assertThat(message(status)).contains("spec.database.host").contains("matview.dev/allow-override");
        scene.client()
                .secrets()
                .inNamespace(scene.namespace())
                .withName(scene.secret())
                .edit(s -> new SecretBuilder(s)
                        .editMetadata()
                        .addToAnnotations("matview.dev/allow-override", "true")
                        .endMetadata()
                        .build());
        resource.await("allowed", ready());
    }

    @Test
    void aHostileParameterOfTheUriIsRefusedByName() {
        scene.keepSecret("hostile-password");
        for (String parameter : List.of("socketFactory=java.lang.Object", "loggerFile=/tmp/x", "sslfactory=a.B")) {
            var name = parameter.substring(0, parameter.indexOf('='));
            var secret = scene.named(name.toLowerCase(java.util.Locale.ROOT));
            scene.createSecret(
                    scene.namespace(),
                    secret,
                    Map.of(
                            "jdbc-uri",
                            "jdbc:postgresql://localhost/app?user=u&password=hostile-password&" + parameter));
            var resource = scene.create(
                    scene.namespace(), "v-" + secret, "totals", "database: {secretRef: {name: " + secret + "}}");
            assertThat(message(resource.await("stalled", stalled("SecretInvalid"))))
                    .contains("'" + name + "'")
                    .contains("remove it");
        }
    }

    @Test
    void aCertificateOfAnotherAuthorityIsNotAccepted() throws SQLException {
        scene.createView("totals");
        try (var other = PostgresServer.start(18)) {
            scene.createSecret(scene.namespace(), scene.named("other-ca"), Map.of("ca.crt", other.caPem()));
        }
        var resource = scene.create(
                "totals",
                "database: {secretRef: {name: " + scene.secret() + "}, tls: {ca: {secretKeyRef: {name: "
                        + scene.named("other-ca") + ", key: ca.crt}}}}");
        var status = resource.await("not validated yet", notValidatedYet("TlsFailed"));
        assertThat(message(status)).contains("spec.database.tls.ca");
        resource.edit(Map.of("database", scene.reachedBy(scene.secret())));
        resource.await("validated", ready());
    }

    @Test
    void anAuthorityMayStandInAConfigMap() throws SQLException {
        scene.createView("totals");
        var name = scene.named("public-ca");
        var resource = scene.create(
                "totals",
                "database: {secretRef: {name: " + scene.secret() + "}, tls: {ca: {configMapKeyRef: {name: " + name
                        + ", key: ca.crt}}}}");
        var status = resource.await("stalled", stalled("SecretMissing"));
        assertThat(message(status)).contains("ConfigMap").contains(name);
        scene.client()
                .resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withNamespace(scene.namespace())
                        .withName(name)
                        .endMetadata()
                        .addToData("ca.crt", scene.database().server().caPem())
                        .build())
                .create();
        resource.await("validated", ready());
    }

    @Test
    void aCertificateForAnotherHostIsNotAccepted() throws SQLException {
        scene.createView("totals");
        var secret = scene.named("elsewhere");
        scene.createSecret(
                scene.namespace(),
                secret,
                scene.login(
                        scene.database().server().hostNotInCertificate(),
                        scene.database().password()));
        var resource = scene.create(
                "totals",
                "database: {secretRef: {name: " + secret + "}, tls: {ca: {secretKeyRef: {name: " + scene.authority()
                        + ", key: ca.crt}}}}");
        var status = resource.await("not validated yet", notValidatedYet("TlsFailed"));
        assertThat(message(status)).contains("another name").contains("VerifyCA");
    }

    private RefreshResource host(String host) {
        var secret = scene.named("host");
        scene.createSecret(
                scene.namespace(), secret, scene.login(host, scene.database().password()));
        return scene.create("totals", "database: {secretRef: {name: " + secret + "}}");
    }

    private RefreshResource port(int port) {
        var secret = scene.named("port");
        var login = new HashMap<>(scene.login("localhost", scene.database().password()));
        login.put("port", Integer.toString(port));
        scene.createSecret(scene.namespace(), secret, login);
        return scene.create(
                "totals",
                "database: {secretRef: {name: " + secret + "}, tls: {ca: {secretKeyRef: {name: " + scene.authority()
                        + ", key: ca.crt}}}}");
    }
}
