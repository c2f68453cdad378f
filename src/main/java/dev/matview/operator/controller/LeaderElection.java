package dev.matview.operator.controller;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Objects;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One of several processes works, the one whose name stands in a Lease (Kubernetes' API reference,
 * coordination.k8s.io/v1). No two machines' clocks are compared: a standby takes the Lease when it has not changed for its
 * whole duration by the standby's own clock, and the leader's right ends some seconds before that by the leader's.
 */
final class LeaderElection implements AutoCloseable {
    /** How long a Lease that nobody renews keeps others away. */
    static final Duration DURATION = Duration.ofSeconds(15);

    /** How long a leader works on without a renewal; the rest of the duration is for what it has sent already. */
    private static final Duration RIGHT = Duration.ofSeconds(10);

    private static final Duration RENEWAL_PAUSE = Duration.ofSeconds(2);
    private static final Duration LOOK_PAUSE = Duration.ofSeconds(1);
    private static final Logger LOG = Logger.getLogger(LeaderElection.class);

    private final LeaseRecord record;
    private final Leadership leadership;
    private final Runnable onElected;
    private final Runnable onLost;
    private final Thread thread = Thread.ofPlatform().daemon().name("lease").unstarted(this::run);
    private volatile boolean closing;
    private volatile long answeredNanos = System.nanoTime();
    private @Nullable Lease held;
    private @Nullable Lease seen;
    private long seenNanos;
    private @Nullable String complaint;

    /**
     * @param leadership renewed as long as this process is the leader
     * @param onElected called once, on the thread that renews the Lease: it must not wait
     * @param onLost called on that thread when another process has become the leader, or may become it
     */
    LeaderElection(LeaseRecord record, Leadership leadership, Runnable onElected, Runnable onLost) {
        this.record = record;
        this.leadership = leadership;
        this.onElected = onElected;
        this.onLost = onLost;
    }

    void start() {
        LOG.infof("waiting for the lease %s", record);
        thread.start();
    }

    /** How long ago the API server last answered a question about the Lease. */
    Duration silence() {
        return Duration.ofNanos(System.nanoTime() - answeredNanos);
    }

    private void run() {
        boolean leading = false;
        try {
            while (!closing) {
                long sentNanos = System.nanoTime();
                boolean renewed = attempt();
                if (renewed) {
                    leadership.renew(sentNanos, RIGHT);
                    if (!leading) {
                        leading = true;
                        LOG.infof("leading: the lease %s is held by this process", record);
                        onElected.run();
                    }
                } else if (leading && !leadership.holds() && !closing) {
                    LOG.errorf("the lease %s is lost: the operator ends, and what it ran is made up", record);
                    onLost.run();
                    return;
                }
                Thread.sleep(renewed ? RENEWAL_PAUSE : LOOK_PAUSE);
            }
        } catch (InterruptedException e) {
            LOG.debug("no longer interested in the lease");
        }
    }

    private boolean attempt() {
        try {
            boolean holds = renew() || look();
            answeredNanos = System.nanoTime();
            complaint = null;
            return holds;
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                LOG.debugf("somebody else wrote the lease %s", record);
            } else if (!closing) {
                complain(e.getCode());
            }
            return false;
        }
    }

    /** Writes the Lease that this process holds anew; false when it holds none, or it was written by others since. */
    private boolean renew() {
        Lease mine = held;
        if (mine == null) {
            return false;
        }
        try {
            held = record.renew(mine);
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT && e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
            return false;
        }
    }

    private boolean look() {
        Lease mine = held;
        Lease found = record.read();
        if (found == null) {
            held = record.create();
            return true;
        } else if (mine != null) {
            boolean still = record.isHeldHere(found)
                    && Objects.equals(
                            mine.getSpec().getAcquireTime(), found.getSpec().getAcquireTime());
            if (still) {
                held = record.renew(found);
            } else {
                leadership.end();
            }
            return still;
        }
        // The same name is this process's predecessor, which ended before this one was started in its place.
        if (LeaseRecord.isFree(found) || record.isHeldHere(found) || hasExpired(found)) {
            held = record.take(found);
            return true;
        }
        return false;
    }

    private boolean hasExpired(Lease found) {
        long now = System.nanoTime();
        if (seen == null
                || !Objects.equals(
                        seen.getMetadata().getResourceVersion(),
                        found.getMetadata().getResourceVersion())) {
            seen = found;
            seenNanos = now;
        }
        return now - seenNanos >= LeaseRecord.duration(found).toNanos();
    }

    private void complain(int code) {
        String problem = code == HttpURLConnection.HTTP_FORBIDDEN
                ? "the operator may not use the lease " + record + ": apply deploy/rbac.yaml in that namespace"
                : "the API server does not answer for the lease " + record + " (HTTP status " + code + ")";
        if (!problem.equals(complaint)) {
            complaint = problem;
            LOG.warn(problem);
        }
    }

    /** Gives the Lease back, so that another process need not wait for its end. The leader has stopped all work before. */
    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            if (!thread.join(LeaseRecord.PATIENCE.multipliedBy(2))) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        leadership.end();
        Lease mine = held;
        if (mine != null) {
            try {
                record.release(mine);
                LOG.infof("the lease %s is given back", record);
            } catch (KubernetesClientException e) {
                LOG.infof("the lease %s could not be given back: it ends by itself", record);
            }
        }
    }
}
