package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.operator.testing.WebhookReceiver;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An operator that ends with a run: whoever comes next tells of it again, in case it was not told of. */
@ExtendWith(SceneExtension.class)
class HookRedeliveryIT {
    private final Scene scene;

    HookRedeliveryIT(@Unserved Scene scene) {
        this.scene = scene;
    }

    @Test
    void theNextProcessTellsOfTheLastRunAgainUnderTheSameId() throws SQLException {
        scene.createView("totals");
        try (var receiver = WebhookReceiver.start()) {
            var first = scene.startOperator();
            var resource = scene.create("totals", "afterRefresh: {webhook: {url: '%s'}}".formatted(receiver.url("/")));
            resource.request("go");
            resource.await("answered", answered("go").and(ready("Succeeded")));
            await().until(() -> receiver.received().size() == 1);
            first.kill();
            scene.startOperator();
            await().until(() -> receiver.received().size() == 2);
            assertThat(receiver.received().stream().map(HookRedeliveryIT::id).distinct())
                    .hasSize(1);
            resource.request("more");
            resource.await("answered", answered("more"));
            await().until(() -> receiver.received().size() == 3);
            assertThat(receiver.received().stream().map(HookRedeliveryIT::id).distinct())
                    .hasSize(2);
        }
    }

    private static String id(WebhookReceiver.Request request) {
        return new KubernetesSerialization()
                .unmarshal(request.body(), JsonNode.class)
                .get("id")
                .asText();
    }
}
