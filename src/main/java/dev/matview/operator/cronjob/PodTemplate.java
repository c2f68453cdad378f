package dev.matview.operator.cronjob;

import dev.matview.operator.api.CronJobSpec;
import dev.matview.operator.api.ResourceAmounts;
import dev.matview.operator.api.ResourcesSpec;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The pod in which refreshes run, as the one who runs the operator wants it: image, placement, service account. A
 * resource adds no more than what is refreshed and how much it may use; what keeps the pod harmless can't be taken away.
 */
public final class PodTemplate {
    /** The container that runs the command; where no container has that name, the first does. */
    static final String CONTAINER = "refresh";

    private static final String TERMINATION_LOG = "/dev/termination-log";

    private final PodTemplateSpec base;

    PodTemplate(PodTemplateSpec base) {
        this.base = base;
    }

    /**
     * Reads the template from a YAML file.
     *
     * @throws IllegalArgumentException when there is none, or it has no container with an image
     */
    public static PodTemplate read(Path file) {
        try {
            PodTemplateSpec base = Serialization.unmarshal(Files.readString(file), PodTemplateSpec.class);
            boolean usable = base != null
                    && base.getSpec() != null
                    && !base.getSpec().getContainers().isEmpty()
                    && base.getSpec().getContainers().get(container(base)).getImage() != null;
            if (usable) {
                return new PodTemplate(base);
            }
            throw new IllegalArgumentException(file + " is no pod template with a container that has an image");
        } catch (IOException | KubernetesClientException e) {
            throw new IllegalArgumentException(file + " is no pod template that can be read", e);
        }
    }

    /** Where in the template the container that runs the command is. */
    static int container(PodTemplateSpec template) {
        return container(template.getSpec());
    }

    /** The same in a pod of the template. */
    static int container(PodSpec pod) {
        List<Container> containers = pod.getContainers();
        for (int i = 0; i < containers.size(); i++) {
            if (CONTAINER.equals(containers.get(i).getName())) {
                return i;
            }
        }
        return 0;
    }

    /** The pod for a request. */
    PodTemplateSpec pod(PodRequest request, @Nullable CronJobSpec wanted, String resource, String uid) {
        int index = container(base);
        var volumes = new PodVolumes(
                request.database(), base.getSpec().getContainers().get(index));
        return new PodTemplateSpecBuilder(base)
                .editOrNewMetadata()
                .addToLabels(Labels.labels(uid))
                .addToAnnotations(Labels.annotations(resource))
                .endMetadata()
                .editSpec()
                .withRestartPolicy("Never")
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .editOrNewSecurityContext()
                .withRunAsNonRoot(true)
                .editOrNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .addAllToVolumes(volumes.volumes())
                .setToContainers(index, container(base.getSpec().getContainers().get(index), request, wanted))
                .endSpec()
                .build();
    }

    private Container container(Container given, PodRequest request, @Nullable CronJobSpec wanted) {
        var environment = new ArrayList<EnvVar>(given.getEnv());
        environment.removeIf(
                variable -> Set.of(PodRequest.VARIABLE, RefreshCommand.JOB).contains(variable.getName()));
        environment.add(new EnvVarBuilder()
                .withName(PodRequest.VARIABLE)
                .withValue(request.toJson())
                .build());
        environment.add(new EnvVarBuilder()
                .withName(RefreshCommand.JOB)
                .withNewValueFrom()
                .withNewFieldRef()
                .withApiVersion("v1")
                .withFieldPath("metadata.labels['" + Labels.JOB_NAME + "']")
                .endFieldRef()
                .endValueFrom()
                .build());
        return new ContainerBuilder(given)
                .withArgs(RefreshCommand.NAME)
                .withEnv(environment)
                .addAllToVolumeMounts(new PodVolumes(request.database(), given).mounts())
                .withResources(resources(given.getResources(), wanted == null ? null : wanted.resources()))
                .withTerminationMessagePath(TERMINATION_LOG)
                .withTerminationMessagePolicy("File")
                .editOrNewSecurityContext()
                .withPrivileged(false)
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withRunAsNonRoot(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .build();
    }

    private static @Nullable ResourceRequirements resources(
            @Nullable ResourceRequirements given, @Nullable ResourcesSpec wanted) {
        if (wanted == null) {
            return given;
        }
        return new ResourceRequirementsBuilder()
                .withRequests(amounts(wanted.requests()))
                .withLimits(amounts(wanted.limits()))
                .build();
    }

    private static Map<String, Quantity> amounts(@Nullable ResourceAmounts wanted) {
        var amounts = new HashMap<String, Quantity>();
        if (wanted != null) {
            put(amounts, "cpu", wanted.cpu());
            put(amounts, "memory", wanted.memory());
        }
        return amounts;
    }

    private static void put(Map<String, Quantity> amounts, String name, @Nullable IntOrString amount) {
        if (amount != null) {
            amounts.put(name, new Quantity(String.valueOf(amount.getValue())));
        }
    }
}
