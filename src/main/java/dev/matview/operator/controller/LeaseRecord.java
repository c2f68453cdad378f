package dev.matview.operator.controller;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.RequestConfig;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The Lease as it is stored. Whoever writes it says which version it has read: of two who write at once, one gets a
 * conflict.
 */
final class LeaseRecord {
    static final String NAME = "matview-operator";

    /** Bound on one request: a leader has several in the time that it may go on without an answer. */
    static final Duration PATIENCE = Duration.ofSeconds(4);

    private final KubernetesClient client;
    private final Clock clock;
    private final String namespace;
    private final String identity;

    /** @param identity the name of this process, which no other has at the same time */
    LeaseRecord(KubernetesClient client, Clock clock, String namespace, String identity) {
        this.client = client;
        this.clock = clock;
        this.namespace = namespace;
        this.identity = identity;
    }

    @Nullable
    Lease read() {
        return bounded(c -> c.leases().inNamespace(namespace).withName(NAME).get());
    }

    Lease create() {
        ZonedDateTime now = now();
        return write(
                new LeaseBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(NAME)
                        .endMetadata()
                        .withNewSpec()
                        .withHolderIdentity(identity)
                        .withLeaseDurationSeconds(seconds())
                        .withAcquireTime(now)
                        .withRenewTime(now)
                        .withLeaseTransitions(0)
                        .endSpec()
                        .build(),
                true);
    }

    Lease renew(Lease mine) {
        return write(
                new LeaseBuilder(mine).editSpec().withRenewTime(now()).endSpec().build(), false);
    }

    Lease take(Lease found) {
        ZonedDateTime now = now();
        Integer transitions = found.getSpec() == null ? null : found.getSpec().getLeaseTransitions();
        return write(
                new LeaseBuilder(found)
                        .editOrNewSpec()
                        .withHolderIdentity(identity)
                        .withLeaseDurationSeconds(seconds())
                        .withAcquireTime(now)
                        .withRenewTime(now)
                        .withLeaseTransitions((transitions == null ? 0 : transitions) + 1)
                        .endSpec()
                        .build(),
                false);
    }

    void release(Lease mine) {
        write(
                new LeaseBuilder(mine)
                        .editSpec()
                        .withHolderIdentity(null)
                        .withRenewTime(now())
                        .endSpec()
                        .build(),
                false);
    }

    boolean isHeldHere(Lease lease) {
        return lease.getSpec() != null && identity.equals(lease.getSpec().getHolderIdentity());
    }

    static boolean isFree(Lease lease) {
        String holder = lease.getSpec() == null ? null : lease.getSpec().getHolderIdentity();
        return holder == null || holder.isEmpty();
    }

    /** What its holder promised to renew it within. */
    static Duration duration(Lease lease) {
        Integer seconds = lease.getSpec().getLeaseDurationSeconds();
        return seconds == null ? LeaderElection.DURATION : Duration.ofSeconds(seconds);
    }

    private Lease write(Lease lease, boolean anew) {
        return Objects.requireNonNull(bounded(
                c -> anew ? c.resource(lease).create() : c.resource(lease).update()));
    }

    private <T extends @Nullable Object> T bounded(Function<NamespacedKubernetesClient, T> request) {
        Config config = client.getConfiguration();
        RequestConfig bounds = new RequestConfigBuilder()
                .withRequestTimeout(Math.toIntExact(PATIENCE.toMillis()))
                .withRequestRetryBackoffLimit(0)
                .build();
        // Bounds of a request's own would otherwise drop on whose behalf it is made.
        bounds.setImpersonateUsername(config.getImpersonateUsername());
        bounds.setImpersonateGroups(config.getImpersonateGroups());
        bounds.setImpersonateExtras(config.getImpersonateExtras());
        return client.adapt(NamespacedKubernetesClient.class)
                .withRequestConfig(bounds)
                .call(request::apply);
    }

    private static int seconds() {
        return Math.toIntExact(LeaderElection.DURATION.toSeconds());
    }

    private ZonedDateTime now() {
        return clock.instant().atZone(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
    }

    @Override
    public String toString() {
        return namespace + "/" + NAME;
    }
}
