package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.notValidatedYet;
import static dev.matview.operator.it.StatusIs.ready;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;

@ExtendWith(SceneExtension.class)
@Isolated("it measures")
class SilentDatabasesIT {
    private static final int SILENT = 50;
    private static final int MEASUREMENTS = 11;

    private final Scene scene;

    SilentDatabasesIT(@Unserved Scene scene) {
        this.scene = scene;
    }

    @Test
    void databasesThatSwallowEverythingHoldUpNobodyElse() throws SQLException, IOException {
        scene.createView("totals");
        scene.startOperator();
        var healthy = scene.create("totals", "");
        healthy.await("validated", ready());
        medianDelay(healthy, "warm");
        Duration alone = medianDelay(healthy, "alone");
        try (var silent = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress())) {
            var resources = IntStream.range(0, SILENT)
                    .mapToObj(i -> silentResource(i, silent.getLocalPort()))
                    .toList();
            resources.forEach(r -> r.await("unreachable", notValidatedYet("Unreachable")));
            Duration among = medianDelay(healthy, "among");
            assertThat(among)
                    .as("from the request to the statement's start, alone in %s", alone)
                    .isLessThan(Duration.ofSeconds(1))
                    .isLessThan(alone.multipliedBy(3).plusMillis(300));
        }
    }

    private RefreshResource silentResource(int number, int port) {
        var login = new HashMap<>(scene.login("localhost", "never sent"));
        login.put("port", Integer.toString(port));
        login.put("username", "user" + number);
        var secret = scene.named("silent" + number);
        scene.createSecret(scene.namespace(), secret, login);
        return scene.create(
                scene.namespace(),
                "silent" + number,
                "totals",
                "database: {secretRef: {name: " + secret + "}}, schedules: ['* * * * *']");
    }

    private Duration medianDelay(RefreshResource resource, String name) {
        return IntStream.range(0, MEASUREMENTS)
                .mapToObj(i -> delay(resource, name + i))
                .sorted()
                .skip(MEASUREMENTS / 2)
                .findFirst()
                .orElseThrow();
    }

    /** The view notes when its query starts. */
    private Duration delay(RefreshResource resource, String token) {
        Instant asked = Instant.now();
        resource.request(token);
        resource.await("answered", answered(token).and(ready("Succeeded")));
        try {
            var micros = Objects.requireNonNull(
                    scene.database().scalar("SELECT (extract(epoch FROM at) * 1e6)::bigint FROM totals"));
            return Duration.between(asked, Instant.EPOCH.plusNanos(Long.parseLong(micros) * 1_000));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
