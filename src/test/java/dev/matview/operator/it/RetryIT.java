package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.failing;
import static dev.matview.operator.it.StatusIs.message;
import static dev.matview.operator.it.StatusIs.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.testing.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A database that is away: how often that is tried again is in the status, and not in the operator's memory alone. */
@ExtendWith(SceneExtension.class)
class RetryIT {
    private final PostgresServer server = PostgresServer.start(18);
    private final Scene scene;

    RetryIT(@Unserved Scene scene) {
        this.scene = scene.on(server);
    }

    @BeforeEach
    void prepare() throws SQLException {
        scene.createView("totals");
    }

    @AfterEach
    void close() {
        try (server) {
            scene.close();
        }
    }

    @Test
    void aRestartOfTheOperatorDoesNotBringTheNextTryForward() throws SQLException {
        scene.createView("others");
        var operator = scene.startOperator();
        var resource = scene.create("totals", "retry: {backoff: 1h, maxBackoff: 1h}");
        resource.await("validated", ready("Valid"));
        server.stopImmediately();
        resource.request("go");
        var before = resource.await(
                "to be tried again", failing("Unreachable").and(status -> status.nextRetryTime() != null));
        assertThat(before.nextRetryTime()).isAfter(Instant.now().plus(Duration.ofMinutes(30)));
        operator.kill();
        server.start();

        scene.startOperator();
        scene.create("others", "").await("the next operator is at work", ready("Valid"));
        assertThat(resource.status()).isEqualTo(before);
        resource.request("again");
        var status =
                resource.await("a new request does not wait", answered("again").and(ready("Succeeded")));
        assertThat(status.history())
                .extracting(RefreshRecord::status, RefreshRecord::request)
                .containsExactly(tuple("Succeeded", "again"), tuple("Failed", "go"));
        assertThat(status.nextRetryTime()).isNull();
        assertThat(status.retries()).isNull();
    }

    @Test
    void whenTheRetriesAreUsedUpTheRequestIsAnsweredAndNothingIsTriedAnyMore() {
        scene.startOperator();
        var resource = scene.create("totals", "retry: {limit: 2, backoff: 100ms, maxBackoff: 200ms}");
        resource.await("validated", ready("Valid"));
        server.stopImmediately();
        resource.request("go");
        var status = resource.await("given up", answered("go").and(failing("Unreachable")));
        assertThat(message(status))
                .endsWith("after 2 retries (retry.limit) the next try is at the next scheduled time or" + " request");
        assertThat(status.history()).singleElement().returns(3L, RefreshRecord::attempts);
        assertThat(status.nextRetryTime()).isNull();
        assertThat(resource.awaitEvent("Unreachable").getMessage()).isNotBlank();
        server.start();
        resource.request("again");
        assertThat(resource.await("answered", answered("again").and(ready("Succeeded")))
                        .history())
                .hasSize(2);
    }

    @Test
    void theViewGoesStaleWhileItsDatabaseIsAwayAndIsFreshAgainAfterTheNextRefresh() {
        scene.startOperator();
        var resource = scene.create("totals", "freshness: {maxAge: 5s}, retry: {limit: 0}");
        resource.request("first");
        var first = resource.await("refreshed", answered("first").and(ready("Succeeded")));
        server.stopImmediately();
        var stale = resource.await("stale", fresh("False"));
        assertThat(stale.lastSuccessTime()).isEqualTo(first.lastSuccessTime());
        assertThat(stale.history()).hasSize(1);
        assertThat(resource.awaitEvent("Stale").getType()).isEqualTo("Warning");
        resource.request("in vain");
        resource.await(
                "still stale", answered("in vain").and(failing("Unreachable")).and(fresh("False")));
        server.start();
        resource.request("second");
        resource.await("refreshed", answered("second").and(ready("Succeeded")));
        assertThat(resource.awaitEvent("Fresh").getType()).isEqualTo("Normal");
        resource.edit(Collections.singletonMap("freshness", null));
        resource.await("without a promise", status -> status.condition("Fresh") == null);
    }

    private static Predicate<MaterializedViewRefreshStatus> fresh(String value) {
        return status -> {
            var condition = status.condition("Fresh");
            return condition != null && condition.status().equals(value);
        };
    }
}
