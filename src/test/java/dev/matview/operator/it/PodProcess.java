package dev.matview.operator.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A pod's container as a process on this machine: the packaged program with the pod's arguments, variables and files. */
final class PodProcess implements AutoCloseable {
    private static final Path FOLDERS = Path.of("target", "pods");
    private static final String ROOT = "/var/run/matview/";

    private final Process process;
    private final Path folder;

    private PodProcess(Process process, Path folder) {
        this.process = process;
        this.folder = folder;
    }

    static PodProcess start(KubernetesClient client, Pod pod) {
        try {
            Files.createDirectories(FOLDERS);
            Path folder = Files.createTempDirectory(FOLDERS, pod.getMetadata().getName());
            var container = pod.getSpec().getContainers().getFirst();
            for (VolumeMount mount : container.getVolumeMounts()) {
                if (mount.getMountPath().startsWith(ROOT)) {
                    mount(
                            client,
                            pod,
                            mount,
                            folder.resolve(mount.getMountPath().substring(ROOT.length())));
                }
            }
            var builder = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "@deploy/jvm.options",
                            "-jar",
                            OperatorProcess.jar().toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile());
            builder.command().addAll(container.getArgs());
            for (EnvVar variable : container.getEnv()) {
                String value = variable.getValue() == null
                        ? pod.getMetadata().getLabels().get("batch.kubernetes.io/job-name")
                        : variable.getValue();
                builder.environment().put(variable.getName(), value);
            }
            builder.environment().put("MATVIEW_CREDENTIALS", folder.toString());
            builder.environment()
                    .put("MATVIEW_TERMINATION_LOG", folder.resolve("message").toString());
            return new PodProcess(builder.start(), folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void mount(KubernetesClient client, Pod pod, VolumeMount mount, Path folder) throws IOException {
        Volume volume = pod.getSpec().getVolumes().stream()
                .filter(v -> v.getName().equals(mount.getName()))
                .findFirst()
                .orElseThrow();
        String namespace = pod.getMetadata().getNamespace();
        var values = new HashMap<String, String>();
        List<KeyToPath> items;
        if (volume.getSecret() != null) {
            items = volume.getSecret().getItems();
            var secret = client.secrets()
                    .inNamespace(namespace)
                    .withName(volume.getSecret().getSecretName())
                    .get();
            if (secret != null) {
                secret.getData()
                        .forEach((key, value) ->
                                values.put(key, new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)));
            }
        } else {
            items = volume.getConfigMap().getItems();
            var map = client.configMaps()
                    .inNamespace(namespace)
                    .withName(volume.getConfigMap().getName())
                    .get();
            if (map != null) {
                values.putAll(map.getData());
            }
        }
        Files.createDirectories(folder);
        for (Map.Entry<String, String> value : values.entrySet()) {
            String path = items.isEmpty()
                    ? value.getKey()
                    : items.stream()
                            .filter(item -> item.getKey().equals(value.getKey()))
                            .map(KeyToPath::getPath)
                            .findFirst()
                            .orElse(null);
            if (path != null) {
                Files.writeString(folder.resolve(path), value.getValue());
            }
        }
    }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    int awaitExit() {
        try {
            assertThat(process.waitFor(TestKubelet.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("ended: %s", log())
                    .isTrue();
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    String message() {
        return read("message");
    }

    String log() {
        return read("log");
    }

    private String read(String name) {
        try {
            Path file = folder.resolve(name);
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
