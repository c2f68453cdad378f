package dev.matview.operator.controller;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.OperatorException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * When the resources are served: from the start by the only process, else while this one is the leader. A process that has
 * lost the lease ends, as what it knows may be out of date; one that is told to stop gives it back when its runs have
 * ended.
 */
@Singleton
final class Operation {
    /** The priority of the observer that stops; those who need the API server and the database come before. */
    static final int STOP = 1_000;

    private static final Duration STANDBY_PATIENCE = Duration.ofSeconds(30);
    private static final Logger LOG = Logger.getLogger(Operation.class);

    private final Operator operator;
    private final OperatorConfig config;
    private final EventRecorder recorder;
    private final Traces traces;
    private final @Nullable LeaderElection election;
    private final Thread serving = Thread.ofPlatform().name("start").unstarted(this::serveOrEnd);
    private volatile boolean stopping;

    Operation(
            Operator operator,
            EventRecorder recorder,
            Traces traces,
            OperatorConfig config,
            KubernetesClient client,
            Clock clock,
            Leadership leadership,
            @ConfigProperty(name = "pod.namespace") Optional<String> namespace,
            @ConfigProperty(name = "pod.name") Optional<String> name) {
        this.operator = operator;
        this.config = config;
        this.recorder = recorder;
        this.traces = traces;
        if (config.leaderElection()) {
            var record = new LeaseRecord(client, clock, required(namespace), required(name));
            this.election = new LeaderElection(record, leadership, serving::start, Operation::halt);
        } else {
            this.election = null;
        }
    }

    private static String required(Optional<String> value) {
        return value.filter(text -> !text.isBlank())
                .orElseThrow(
                        () -> new IllegalStateException(
                                "MATVIEW_LEADER_ELECTION needs to know who this process is:"
                                        + " set POD_NAMESPACE, where the lease is kept, and POD_NAME, which no other process has"));
    }

    void start(@Observes StartupEvent event) {
        Settings.check(config);
        // Made now, and not when a standby takes over.
        LOG.debugf("%d controllers", operator.getRegisteredControllersNumber());
        if (election == null) {
            operator.start();
        } else {
            election.start();
        }
    }

    private void serveOrEnd() {
        try {
            operator.start();
        } catch (OperatorException e) {
            if (stopping) {
                LOG.debug("told to stop while it started", e);
                return;
            }
            LOG.error("the resources can't be served: the operator ends", e);
            Quarkus.asyncExit(1);
        }
    }

    /** Whether it serves the resources, or would as soon as the leader is gone. */
    boolean isReady() {
        boolean standsBy =
                election != null && !serving.isAlive() && election.silence().compareTo(STANDBY_PATIENCE) < 0;
        return !stopping && (operator.getRuntimeInfo().isStarted() || standsBy);
    }

    /** Runs no code that waits for others: somebody else may be the leader already. */
    private static void halt() {
        Runtime.getRuntime().halt(1);
    }

    void stop(@Observes @Priority(STOP) ShutdownEvent event) {
        stopping = true;
        operator.stop();
        recorder.close();
        if (election != null) {
            election.close();
        }
        // Nobody waits for these.
        traces.close();
    }
}
