package dev.matview.operator.cronjob;

import dev.matview.operator.api.CertificateAuthoritySource;
import dev.matview.operator.api.DatabaseSpec;
import dev.matview.operator.api.SecretReference;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;

/**
 * What a pod finds under {@link Mounts#IN_POD}, and a folder for temporary files.
 *
 * @param container the one that runs the command, as the template has it
 */
record PodVolumes(DatabaseSpec database, Container container) {
    private static final String TEMPORARY = "/tmp";
    private static final int READABLE = 0444;

    List<Volume> volumes() {
        var volumes = new ArrayList<Volume>();
        volumes.add(secret(Mounts.DATABASE, database.secretRef().name(), List.of()));
        CertificateAuthoritySource ca = database.tls().ca();
        if (ca != null && ca.secretKeyRef() != null) {
            var key = new KeyToPath(ca.secretKeyRef().key(), null, Mounts.AUTHORITIES);
            volumes.add(secret(Mounts.AUTHORITY, ca.secretKeyRef().name(), List.of(key)));
        } else if (ca != null && ca.configMapKeyRef() != null) {
            volumes.add(new VolumeBuilder()
                    .withName(volume(Mounts.AUTHORITY))
                    .withNewConfigMap()
                    .withName(ca.configMapKeyRef().name())
                    .withItems(new KeyToPath(ca.configMapKeyRef().key(), null, Mounts.AUTHORITIES))
                    .withDefaultMode(READABLE)
                    .withOptional(true)
                    .endConfigMap()
                    .build());
        }
        SecretReference client = database.tls().clientCertificateSecretRef();
        if (client != null) {
            volumes.add(secret(
                    Mounts.CLIENT,
                    client.name(),
                    List.of(
                            new KeyToPath(Mounts.CERTIFICATE, null, Mounts.CERTIFICATE),
                            new KeyToPath(Mounts.KEY, null, Mounts.KEY))));
        }
        if (!mountsTemporary()) {
            volumes.add(new VolumeBuilder()
                    .withName(volume("tmp"))
                    .withNewEmptyDir()
                    .endEmptyDir()
                    .build());
        }
        return volumes;
    }

    private static Volume secret(String name, String secret, List<KeyToPath> items) {
        return new VolumeBuilder()
                .withName(volume(name))
                .withNewSecret()
                .withSecretName(secret)
                .withItems(items)
                .withDefaultMode(READABLE)
                .withOptional(true)
                .endSecret()
                .build();
    }

    List<VolumeMount> mounts() {
        var mounts = new ArrayList<VolumeMount>();
        mounts.add(mount(Mounts.DATABASE));
        if (database.tls().ca() != null) {
            mounts.add(mount(Mounts.AUTHORITY));
        }
        if (database.tls().clientCertificateSecretRef() != null) {
            mounts.add(mount(Mounts.CLIENT));
        }
        if (!mountsTemporary()) {
            mounts.add(new VolumeMountBuilder()
                    .withName(volume("tmp"))
                    .withMountPath(TEMPORARY)
                    .build());
        }
        return mounts;
    }

    private static VolumeMount mount(String name) {
        return new VolumeMountBuilder()
                .withName(volume(name))
                .withMountPath(Mounts.IN_POD.resolve(name).toString())
                .withReadOnly(true)
                .build();
    }

    private boolean mountsTemporary() {
        return container.getVolumeMounts().stream().anyMatch(mount -> TEMPORARY.equals(mount.getMountPath()));
    }

    private static String volume(String name) {
        return "matview-" + name;
    }
}
