package dev.matview.operator.controller;

import dev.matview.operator.api.DatabaseSpec;
import dev.matview.operator.api.MaterializedViewRefresh;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes CronJobs and Jobs. A CronJob is replaced as a whole, with the version that was looked at: an apply would leave
 * what others have added to it.
 */
final class CronJobWriter {
    /** On a CronJob: what was declared when it was written last, so that another declaration is told from an edit. */
    private static final String DECLARATION = MaterializedViewRefresh.GROUP + "/declaration";

    private static final int UNPROCESSABLE = 422;

    private final KubernetesClient client;

    CronJobWriter(KubernetesClient client) {
        this.client = client;
    }

    /** Whether a stored CronJob was last written for the same declaration. */
    static boolean sameDeclaration(CronJob stored, CronJob declared) {
        Map<String, String> annotations = stored.getMetadata().getAnnotations();
        return annotations != null && declaration(declared).equals(annotations.get(DECLARATION));
    }

    private static String declaration(CronJob declared) {
        return Integer.toHexString(Objects.hash(declared.getMetadata(), declared.getSpec()));
    }

    /** Makes a CronJob; null when there is one of that name. */
    @Nullable
    CronJob create(CronJob declared) throws CronJobs.RefusedException {
        CronJob marked = new CronJobBuilder(declared)
                .editMetadata()
                .addToAnnotations(DECLARATION, declaration(declared))
                .endMetadata()
                .build();
        try {
            return client.resource(marked).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return null;
            }
            throw refusal(e, "the CronJob");
        }
    }

    /** Replaces a CronJob's declaration; null when it has changed meanwhile, or is gone, which is seen soon. */
    @Nullable
    CronJob replace(CronJob found, CronJob declared) throws CronJobs.RefusedException {
        ObjectMeta given = found.getMetadata();
        CronJob next = new CronJobBuilder(found)
                .editMetadata()
                .addToLabels(declared.getMetadata().getLabels())
                .addToAnnotations(declared.getMetadata().getAnnotations())
                .addToAnnotations(DECLARATION, declaration(declared))
                .withOwnerReferences(declared.getMetadata().getOwnerReferences())
                .withResourceVersion(given.getResourceVersion())
                .endMetadata()
                .withSpec(declared.getSpec())
                .withStatus(null)
                .build();
        try {
            return client.resource(next).update();
        } catch (KubernetesClientException e) {
            if (passed(e)) {
                return null;
            }
            throw refusal(e, "the CronJob");
        }
    }

    /** Keeps it from starting anything. */
    void suspend(CronJob cronJob) {
        if (Boolean.TRUE.equals(cronJob.getSpec().getSuspend())) {
            return;
        }
        CronJob next = new CronJobBuilder(cronJob)
                .editSpec()
                .withSuspend(true)
                .endSpec()
                .build();
        try {
            client.resource(next).update();
        } catch (KubernetesClientException e) {
            if (!passed(e)) {
                throw e;
            }
        }
    }

    /** Removes it, and then what it owns. */
    void delete(HasMetadata object) {
        try {
            client.resource(object)
                    .withPropagationPolicy(DeletionPropagation.BACKGROUND)
                    .delete();
        } catch (KubernetesClientException e) {
            if (!passed(e)) {
                throw e;
            }
        }
    }

    /** Makes a Job; null when it is there already. */
    @Nullable
    Job start(Job job) throws CronJobs.RefusedException {
        try {
            return client.resource(job).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw refusal(e, "a Job");
            }
            return null;
        }
    }

    /** The declared CronJob as it is stored, or null. */
    @Nullable
    CronJob stored(CronJob declared, Children children) {
        CronJob known = children.cronJob(declared.getMetadata().getName());
        CronJob found = known == null ? get(declared) : known;
        return found != null && belongsTogether(found, declared) ? found : null;
    }

    /** Whether the Secret itself allows the resource to replace what it says. */
    boolean mayOverride(MaterializedViewRefresh resource) {
        DatabaseSpec database = resource.getSpec().database();
        if (database.host() == null && database.port() == null && database.name() == null) {
            return false;
        }
        try {
            Secret secret = client.secrets()
                    .inNamespace(resource.getMetadata().getNamespace())
                    .withName(database.secretRef().name())
                    .get();
            Map<String, String> annotations =
                    secret == null ? null : secret.getMetadata().getAnnotations();
            return annotations != null && "true".equals(annotations.get(MaterializedViewRefresh.ALLOW_OVERRIDE));
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
                return false;
            }
            throw e;
        }
    }

    private @Nullable CronJob get(CronJob declared) {
        return client.resource(declared).get();
    }

    /** A label can be taken off; by its owner it is still the resource's, and goes with it. */
    private static boolean belongsTogether(CronJob stored, CronJob declared) {
        return stored.getMetadata()
                .getOwnerReferences()
                .containsAll(declared.getMetadata().getOwnerReferences());
    }

    private static boolean passed(KubernetesClientException e) {
        return e.getCode() == HttpURLConnection.HTTP_CONFLICT || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND;
    }

    /** What the API server decides about the object is somebody's to change; all else is tried again. */
    private static CronJobs.RefusedException refusal(KubernetesClientException e, String what) {
        boolean decided = e.getCode() == HttpURLConnection.HTTP_FORBIDDEN
                || e.getCode() == HttpURLConnection.HTTP_BAD_REQUEST
                || e.getCode() == UNPROCESSABLE;
        if (!decided) {
            throw e;
        }
        String why = e.getStatus() == null || e.getStatus().getMessage() == null
                ? "HTTP status " + e.getCode()
                : e.getStatus().getMessage();
        return new CronJobs.RefusedException("the API server refuses " + what + ": "
                + why.substring(0, Math.min(500, why.length()))
                + "; correct the resource, the operator's pod template or its rights");
    }
}
