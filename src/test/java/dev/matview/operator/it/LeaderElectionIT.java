package dev.matview.operator.it;

import static dev.matview.operator.it.Schedules.hourlySinceHalfAnHour;
import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.lastRefresh;
import static dev.matview.operator.it.StatusIs.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.postgres.HostPort;
import dev.matview.operator.postgres.TcpProxy;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Two operators and one lease: whatever becomes of the leader, the other goes on, and each due time has its one refresh. */
@ExtendWith(SceneExtension.class)
class LeaderElectionIT {
    /** The lease's 15 s and the standby's look each second, and time for a machine that has much else to do. */
    private static final Duration AFTER_A_KILL = Duration.ofSeconds(25);

    /** Far less than the lease's 15 s: it was given back. */
    private static final Duration AFTER_A_STOP = Duration.ofSeconds(10);

    private final Scene scene;

    LeaderElectionIT(@Unserved Scene scene) {
        this.scene = scene;
    }

    @BeforeEach
    @AfterEach
    void nobodyHoldsTheLease() {
        scene.client()
                .leases()
                .inNamespace("matview-system")
                .withName("matview-operator")
                .delete();
    }

    @Test
    void theStandbyWritesNothingAndRunsNothing() throws SQLException {
        scene.createCountedView("totals", Duration.ZERO);
        var resource = createSuspended();
        var leader = startLeader();
        var standby = startStandby();
        resource.suspend(false);
        resource.await("refreshed", lastRefresh("Succeeded"));
        resource.request("more");
        resource.await("answered", answered("more"));
        assertThat(scene.refreshes()).isEqualTo(2);
        // A leader that the API server left without an answer for too long makes room for the other.
        assertThat(List.of(leader, standby))
                .allSatisfy(operator -> assertThat(operator.log().contains("Refreshed"))
                        .isEqualTo(operator.log().contains("leading: ")));
    }

    @Test
    void theOtherTakesOverFromALeaderThatWasKilledAndMakesUpItsRun() throws SQLException {
        scene.createCountedView("totals", Duration.ofMinutes(5));
        var resource = createSuspended();
        var leader = startLeader();
        resource.suspend(false);
        resource.await("shown", lastRefresh("Running"));
        startStandby();
        leader.kill();
        Instant killed = Instant.now();
        scene.pace(Duration.ZERO);
        var status = resource.await("made up", Duration.ofSeconds(90), lastRefresh("Succeeded"));
        assertThat(Duration.between(killed, taken())).isLessThan(AFTER_A_KILL);
        assertMadeUpOnce(resource);
        assertThat(status.missedSchedules()).isIn(null, 0L);
    }

    @Test
    void theOtherTakesOverAtOnceFromALeaderThatIsStopped() throws SQLException {
        scene.createCountedView("totals", Duration.ZERO);
        var resource = createSuspended();
        var leader = startLeader();
        startStandby();
        leader.beginStop();
        Instant stopped = Instant.now();
        resource.suspend(false);
        resource.await("refreshed", lastRefresh("Succeeded"));
        assertThat(Duration.between(stopped, taken())).isLessThan(AFTER_A_STOP);
        leader.awaitEnd(Duration.ofSeconds(60));
        assertNothingMore(resource, 1);
    }

    @Test
    void aLeaderThatWasPausedFindsItsWorkDoneAndEnds() throws SQLException {
        scene.createCountedView("totals", Duration.ZERO);
        var resource = createSuspended();
        var leader = startLeader();
        startStandby();
        leader.pause();
        Instant paused = Instant.now();
        resource.suspend(false);
        resource.await("refreshed by the other", Duration.ofSeconds(90), lastRefresh("Succeeded"));
        assertThat(Duration.between(paused, taken())).isLessThan(AFTER_A_KILL);
        leader.resume();
        leader.awaitEnd(Duration.ofSeconds(60));
        assertNothingMore(resource, 1);
    }

    @Test
    void aLeaderThatWasPausedDuringARunDoesNotCommitIt() throws SQLException {
        scene.createCountedView("totals", Duration.ofSeconds(4));
        var resource = createSuspended();
        var leader = startLeader();
        startStandby();
        resource.suspend(false);
        resource.await("shown", lastRefresh("Running"));
        leader.pause();
        scene.pace(Duration.ZERO);
        await("the other leads").atMost(Duration.ofSeconds(60)).until(() -> holder().equals("second"));
        resource.await("found interrupted", status -> status.history().size() == 1);
        leader.resume();
        leader.awaitEnd(Duration.ofSeconds(60));
        resource.await("made up", Duration.ofSeconds(90), lastRefresh("Succeeded"));
        assertMadeUpOnce(resource);
    }

    @Test
    void aLeaderThatIsCutOffFromTheApiServerEndsItsRunsBeforeTheOtherBegins(@TempDir Path folder)
            throws SQLException, IOException {
        scene.createCountedView("totals", Duration.ofMinutes(5));
        var resource = createSuspended();
        var kubeconfig = Files.readString(scene.cluster().kubeconfig());
        URI server = URI.create(kubeconfig.replaceAll("(?s).*server: \"([^\"]+)\".*", "$1"));
        try (TcpProxy proxy = TcpProxy.to(new HostPort(server.getHost(), server.getPort()))) {
            var throughProxy = Files.writeString(
                    folder.resolve("kubeconfig"),
                    kubeconfig.replace(
                            ":" + server.getPort(), ":" + proxy.address().port()));
            var leader = scene.startOperator(throughProxy, settings("first"));
            awaitLeader("first");
            startStandby();
            resource.suspend(false);
            resource.await("shown", lastRefresh("Running"));
            proxy.swallow();
            Instant cut = Instant.now();
            leader.awaitEnd(Duration.ofSeconds(60));
            scene.pace(Duration.ZERO);
            resource.await("made up", Duration.ofSeconds(90), lastRefresh("Succeeded"));
            assertThat(Duration.between(cut, taken())).isLessThan(AFTER_A_KILL);
            assertMadeUpOnce(resource);
        }
    }

    @Test
    void twoThatBothBelieveToLeadNeverRefreshAtOnce() throws SQLException {
        scene.createCountedView("totals", Duration.ofSeconds(3));
        var resource = createSuspended();
        var both = List.of(scene.startOperator(), scene.startOperator());
        resource.await("validated", ready("Suspended"));
        resource.suspend(false);
        var most = new int[1];
        await("both have refreshed it")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    most[0] = Math.max(most[0], scene.refreshesUnderWay());
                    return both.stream().allMatch(operator -> operator.log().contains("Refreshed"));
                });
        assertThat(most[0]).isEqualTo(1);
        assertThat(scene.refreshes()).isEqualTo(2);
        assertThat(resource.status().history())
                .extracting(RefreshRecord::status)
                .containsOnly("Succeeded");
    }

    /** One that is due as soon as it is no longer suspended. */
    private RefreshResource createSuspended() {
        return scene.createDue("totals", "suspend: true", hourlySinceHalfAnHour(), Duration.ofHours(1));
    }

    private OperatorProcess startLeader() {
        var leader = start("first");
        awaitLeader("first");
        return leader;
    }

    private OperatorProcess startStandby() {
        var standby = start("second");
        assertThat(standby.log()).contains("waiting for the lease");
        return standby;
    }

    private OperatorProcess start(String name) {
        return scene.startOperator(scene.cluster().kubeconfig(), settings(name));
    }

    private static Map<String, String> settings(String name) {
        return Map.of("MATVIEW_LEADER_ELECTION", "true", "POD_NAMESPACE", "matview-system", "POD_NAME", name);
    }

    private void awaitLeader(String name) {
        await(name + " leads").atMost(Duration.ofSeconds(60)).until(() -> holder().equals(name));
    }

    private String holder() {
        return lease().map(lease -> lease.getSpec().getHolderIdentity()).orElse("");
    }

    /** When the second took the lease. */
    private Instant taken() {
        assertThat(holder()).isEqualTo("second");
        return lease().orElseThrow().getSpec().getAcquireTime().toInstant();
    }

    private Optional<Lease> lease() {
        return Optional.ofNullable(scene.client()
                .leases()
                .inNamespace("matview-system")
                .withName("matview-operator")
                .get());
    }

    /** The one that was interrupted was made up by the other, and that was all. */
    private void assertMadeUpOnce(RefreshResource resource) {
        assertThat(resource.status().history())
                .extracting(RefreshRecord::status, RefreshRecord::reason)
                .containsExactly(tuple("Succeeded", null), tuple("Failed", "Interrupted"));
        List<Instant> times = resource.status().history().stream()
                .map(RefreshRecord::scheduledTime)
                .distinct()
                .toList();
        assertThat(times).hasSize(1);
        assertNothingMore(resource, 1);
    }

    private void assertNothingMore(RefreshResource resource, int refreshes) {
        assertThat(scene.refreshes()).isEqualTo(refreshes);
        int before = resource.status().history().size();
        resource.request("marker");
        assertThat(resource.await("answered", answered("marker")).history()).hasSize(before + 1);
        assertThat(scene.refreshes()).isEqualTo(refreshes + 1);
    }
}
