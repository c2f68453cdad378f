package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.message;
import static dev.matview.operator.it.StatusIs.ready;
import static dev.matview.operator.it.StatusIs.stalled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Two resources for one view: the older manages it, by whatever address each reaches the server. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class OneViewIT {
    private final Scene scene;

    OneViewIT(Scene scene) {
        this.scene = scene;
    }

    @Test
    void theYoungerIsStalledNamesTheOlderAndTakesOverWhenThatOneGoes() throws SQLException {
        scene.createView("totals");
        var older = scene.create("totals", "");
        older.await("validated", ready());
        var younger = younger(scene.namespace());
        var status = younger.await("stalled", stalled("AlreadyManaged"));
        assertThat(message(status)).contains("\"" + older.name() + "\"");
        assertThat(older.status().condition("Ready")).isNotNull().returns("True", c -> c.status());

        younger.request("in vain");
        status = younger.await("answered", answered("in vain").and(stalled("AlreadyManaged")));
        assertThat(status.history()).singleElement().returns("AlreadyManaged", r -> r.reason());

        older.delete();
        younger.await("takes over", ready());
        younger.request("mine");
        younger.await("refreshed", answered("mine").and(ready("Succeeded")));
    }

    @Test
    void anOlderOneInAnotherNamespaceIsNotNamed() throws SQLException {
        scene.createView("totals");
        var older = scene.create("totals", "");
        older.await("validated", ready());
        var younger = younger(scene.otherNamespace());
        var status = younger.await("stalled", stalled("AlreadyManaged"));
        assertThat(message(status)).doesNotContain(older.name(), older.namespace());
        older.edit(Map.of("view", Map.of("name", "another")));
        younger.await("takes over", ready());
        older.edit(Map.of("view", Map.of("name", "totals")));
        younger.await("makes way again", stalled("AlreadyManaged"));
        older.await("manages it again", ready());
    }

    private RefreshResource younger(String namespace) {
        var secret = scene.named("by-address");
        scene.createSecret(
                namespace, secret, scene.login("127.0.0.1", scene.database().password()));
        // Which of two is older shows in whole seconds.
        var created = scene.client().namespaces().withName(namespace);
        assertThat(created.get()).isNotNull();
        waitForTheNextSecond();
        return scene.create(
                namespace,
                "younger",
                "totals",
                "database: {secretRef: {name: " + secret + "}, tls: {ca: {secretKeyRef: {name: " + scene.authority()
                        + ", key: ca.crt}}}}");
    }

    private static void waitForTheNextSecond() {
        long second = System.currentTimeMillis() / 1000;
        await().atMost(Duration.ofSeconds(3)).until(() -> System.currentTimeMillis() / 1000 > second);
    }
}
