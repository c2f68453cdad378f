package dev.matview.operator.cronjob;

import dev.matview.operator.api.MaterializedViewRefresh;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How the operator finds its CronJobs, their Jobs and pods again, and what it writes on them. */
public final class Labels {
    /** The label with the resource's UID, by which they are watched. */
    public static final String RESOURCE_UID = MaterializedViewRefresh.GROUP + "/refresh-uid";

    /** The annotation with the resource's name, which may be too long for a label. */
    public static final String RESOURCE = MaterializedViewRefresh.GROUP + "/refresh";

    /** The annotation of a Job that says why the operator made it: the simple name of a trigger. */
    static final String TRIGGER = MaterializedViewRefresh.GROUP + "/trigger";

    /** The annotation of a Job with the scheduled time that it makes up for. */
    static final String SCHEDULED_TIME = MaterializedViewRefresh.GROUP + "/scheduled-time";

    /**
     * The annotation of a Job with a hash of the pod that was declared when it was made. What was declared, not what is
     * stored: others may have a say in that, such as an admission webhook.
     */
    static final String DECLARED_POD = MaterializedViewRefresh.GROUP + "/declared-pod";

    /** The annotation that the CronJob controller writes on its Jobs. */
    static final String CONTROLLER_TIME = "batch.kubernetes.io/cronjob-scheduled-timestamp";

    /** The label that the Job controller writes on its pods. */
    static final String JOB_UID = "batch.kubernetes.io/controller-uid";

    /** The label that the Job controller writes on its pods, from which the pod learns its Job's name. */
    static final String JOB_NAME = "batch.kubernetes.io/job-name";

    private Labels() {}

    static Map<String, String> labels(String uid) {
        return Map.of("app.kubernetes.io/managed-by", "matview-operator", RESOURCE_UID, uid);
    }

    static Map<String, String> annotations(String resource) {
        return Map.of(RESOURCE, resource);
    }

    static @Nullable String label(HasMetadata object, String name) {
        Map<String, String> labels = object.getMetadata().getLabels();
        return labels == null ? null : labels.get(name);
    }

    static @Nullable String annotation(HasMetadata object, String name) {
        Map<String, String> annotations = object.getMetadata().getAnnotations();
        return annotations == null ? null : annotations.get(name);
    }

    /** The name of the resource that such an object belongs to, or null when it says nothing of one. */
    public static @Nullable String resource(HasMetadata object) {
        return annotation(object, RESOURCE);
    }
}
