package dev.matview.operator.controller;

import dev.matview.operator.api.Execution;
import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.cronjob.Declaration;
import dev.matview.operator.cronjob.Drift;
import dev.matview.operator.cronjob.PodTemplate;
import dev.matview.operator.postgres.ConnectionPolicy;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.refresh.Trigger;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Brings a resource's CronJobs to what it declares, and takes those away that it no longer does. */
final class CronJobs {
    /** So long a Job that the controller has just made may take to show up. */
    private static final Duration QUIET = Duration.ofSeconds(5);

    /** A Job that they do not show by then was deleted before they did. */
    private static final Duration INFORMERS = Duration.ofSeconds(30);

    private static final Duration SOON = Duration.ofSeconds(1);

    private final CronJobWriter writer;
    private final Clock clock;
    private final ConnectionPolicy policy;
    private final @Nullable PodTemplate template;
    private final Map<String, Instant> quietSince = new ConcurrentHashMap<>();
    private final Map<String, Long> generations = new ConcurrentHashMap<>();
    private final Map<String, Set<String>> made = new ConcurrentHashMap<>();
    private final Map<String, Failure> refused = new ConcurrentHashMap<>();

    /** By resource, the Job that was made last, until the informers show it. */
    private final Map<String, Job> started = new ConcurrentHashMap<>();

    /** @param template of the pods; null when there are to be none */
    CronJobs(CronJobWriter writer, Clock clock, ConnectionPolicy policy, @Nullable PodTemplate template) {
        this.writer = writer;
        this.clock = clock;
        this.policy = policy;
        this.template = template;
    }

    /** Whether the operator keeps CronJobs, and so may watch them. */
    boolean enabled() {
        return template != null;
    }

    /**
     * Makes, corrects and removes CronJobs; writes nothing when all is as declared.
     *
     * @param suspended whether no schedule may start anything
     * @param children the resource's, as the informers have them
     * @param before the resource's status: its recorded Jobs, and the fingerprint that the next run may be skipped by
     * @throws KubernetesClientException when the API server can't be asked; to be tried again
     */
    Arrangement arrange(
            MaterializedViewRefresh resource,
            Plan plan,
            boolean suspended,
            Children children,
            MaterializedViewRefreshStatus before) {
        var announcements = new ArrayList<Announcement>();
        boolean toJobs = plan.failure() == null && plan.spec().execution() == Execution.CRON_JOB;
        if (template == null) {
            return toJobs ? Arrangement.DISABLED : Arrangement.NONE;
        } else if (plan.failure() != null) {
            // What can't be read may want anything: what is there stays, and starts nothing.
            children.cronJobs().forEach(writer::suspend);
            return new Arrangement(Delegation.NONE, null, announcements, null);
        }
        String uid = resource.getMetadata().getUid();
        Failure failure = refused.remove(uid);
        var kept = new ArrayList<CronJob>();
        if (toJobs && failure == null) {
            RefreshRecord last = before.lastRefresh();
            String fingerprint = last == null ? null : last.fingerprint();
            for (CronJob wanted : declaration(resource, suspended, fingerprint).cronJobs()) {
                try {
                    kept.add(keep(uid, wanted, children, announcements));
                } catch (RefusedException e) {
                    failure = e.failure();
                }
            }
        }
        boolean draining = false;
        if (failure == null) {
            var names = kept.stream().map(c -> c.getMetadata().getName()).toList();
            for (CronJob cronJob : children.cronJobs()) {
                if (!names.contains(cronJob.getMetadata().getName())) {
                    drain(cronJob, children.isBusy(cronJob, before.recordedJobs()));
                    draining = true;
                }
            }
        }
        Instant since = kept.stream()
                .map(c -> Instant.parse(c.getMetadata().getCreationTimestamp()))
                .max(Comparator.naturalOrder())
                .orElse(null);
        var delegation = new Delegation(toJobs, since, draining);
        return new Arrangement(delegation, failure, announcements, draining ? SOON : null);
    }

    /** Adds a Job that was made a moment ago: the informers may lag behind, and another one must not be made meanwhile. */
    Children withStarted(Children children, String uid) {
        Job job = started.get(uid);
        if (job == null) {
            return children;
        }
        Instant created = Instant.parse(job.getMetadata().getCreationTimestamp());
        if (children.has(job) || created.plus(INFORMERS).isBefore(clock.instant())) {
            started.remove(uid, job);
            return children;
        }
        return children.with(job);
    }

    /**
     * Makes a Job for a run that no schedule starts.
     *
     * @param before the resource's status: what differs between tries for one cause, and what the run may be skipped by
     * @return whether there is one; if not, the next arrangement says why
     */
    boolean start(
            MaterializedViewRefresh resource,
            Trigger trigger,
            Children children,
            MaterializedViewRefreshStatus before) {
        RefreshRecord last = before.lastRefresh();
        Declaration declaration = declaration(resource, true, last == null ? null : last.fingerprint());
        CronJob first = declaration.cronJobs().getFirst();
        CronJob stored = writer.stored(first, children);
        if (stored == null) {
            return false;
        }
        try {
            Job job = writer.start(
                    declaration.job(stored, trigger, before.recordedJobs().toString()));
            if (job != null) {
                started.put(resource.getMetadata().getUid(), job);
            }
            return true;
        } catch (RefusedException e) {
            refused.put(resource.getMetadata().getUid(), e.failure());
            return false;
        }
    }

    /**
     * Whether a Job's pod is as it would be made now.
     *
     * @throws KubernetesClientException from the test, when the API server can't be asked; to be tried again
     */
    Predicate<Job> current(MaterializedViewRefresh resource, Plan plan) {
        if (template == null || plan.failure() != null) {
            return job -> true;
        }
        return job -> plan.spec().execution() == Execution.CRON_JOB
                && declaration(resource, true, null).isCurrent(job);
    }

    /** Removes Jobs that are of no more use. */
    void tidy(Children children, List<String> recordedJobs) {
        children.spent(recordedJobs, clock.instant()).forEach(writer::delete);
    }

    private Declaration declaration(MaterializedViewRefresh resource, boolean suspended, @Nullable String fingerprint) {
        if (template == null) {
            throw new IllegalStateException("there is no pod template");
        }
        return new Declaration(resource, suspended, writer.mayOverride(resource), policy, template, fingerprint);
    }

    private CronJob keep(String uid, CronJob wanted, Children children, List<Announcement> announcements)
            throws RefusedException {
        String name = wanted.getMetadata().getName();
        CronJob found = children.cronJob(name);
        if (found == null) {
            CronJob created = writer.create(wanted);
            if (created != null) {
                announcements.add(creation(uid, name));
                return remember(created);
            }
            // One that has lost its label is there, and is not seen.
            found = writer.stored(wanted, children);
            if (found == null) {
                throw new RefusedException(
                        "there is a CronJob \"" + name + "\" already that is not this resource's: delete or rename it");
            }
        }
        made.computeIfAbsent(uid, u -> ConcurrentHashMap.newKeySet()).add(name);
        Set<String> drift = Drift.between(wanted, found);
        Long seen = generations.get(found.getMetadata().getUid());
        boolean touched = seen != null && found.getMetadata().getGeneration() > seen;
        if (drift.isEmpty() && !touched) {
            return remember(found);
        }
        CronJob replaced = writer.replace(found, wanted);
        if (replaced == null) {
            return found;
        }
        if (CronJobWriter.sameDeclaration(found, wanted)) {
            announcements.add(new Announcement(
                    Announcement.WARNING,
                    "CronJobCorrected",
                    "CronJob " + name + " was edited" + (drift.isEmpty() ? "" : " (" + String.join(", ", drift) + ")")
                            + ": it is as this resource declares it again; edit the resource instead"));
        }
        return remember(replaced);
    }

    private Announcement creation(String uid, String name) {
        boolean first =
                made.computeIfAbsent(uid, u -> ConcurrentHashMap.newKeySet()).add(name);
        return first
                ? new Announcement(Announcement.NORMAL, "CronJobCreated", "CronJob " + name + " starts its runs")
                : new Announcement(
                        Announcement.WARNING, "CronJobRestored", "CronJob " + name + " was deleted: it is made anew");
    }

    private CronJob remember(CronJob cronJob) {
        generations.put(cronJob.getMetadata().getUid(), cronJob.getMetadata().getGeneration());
        quietSince.remove(cronJob.getMetadata().getUid());
        return cronJob;
    }

    /** Lets runs end: first nothing starts any more, and when all is quiet and recorded the CronJob goes. */
    private void drain(CronJob cronJob, boolean busy) {
        String uid = cronJob.getMetadata().getUid();
        if (!Boolean.TRUE.equals(cronJob.getSpec().getSuspend())) {
            writer.suspend(cronJob);
            quietSince.remove(uid);
        } else if (busy) {
            quietSince.remove(uid);
        } else {
            Instant now = clock.instant();
            Instant since = quietSince.computeIfAbsent(uid, u -> now);
            if (!now.isBefore(since.plus(QUIET))) {
                writer.delete(cronJob);
            }
        }
    }

    /** The resource is gone, and its CronJobs go with it. */
    void forget(ResourceKey key) {
        made.remove(key.uid());
        refused.remove(key.uid());
        started.remove(key.uid());
    }

    /** Why the API server does not take an object; nothing will change that but somebody's doing. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Failure failure;

        RefusedException(String message) {
            super(message);
            this.failure = new Failure(Reason.CRON_JOB_REFUSED, message);
        }

        Failure failure() {
            return failure;
        }
    }
}
