"""The operator as a process or as a container, under the role that is shipped."""
import os
import re
import shlex
import subprocess

ROLE = "system:serviceaccount:matview-system:matview-operator"
SHIPPED = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "deploy", "jvm.options")
FLAGS = shlex.split(os.environ.get("BENCH_JVM", "")) or ["@" + SHIPPED]


def operator_settings(namespace, kubeconfig):
    return {
        "KUBECONFIG": kubeconfig, "KUBERNETES_IMPERSONATE_USERNAME": ROLE,
        "MATVIEW_ALLOW_LOOPBACK": "true", "QUARKUS_HTTP_HOST": "127.0.0.1", "QUARKUS_HTTP_PORT": "0",
        "QUARKUS_OPERATOR_SDK_NAMESPACES": namespace}


class Operator:
    def __init__(self, state, java, namespace, flags=(), **settings):
        self.log = f"{state}/operator-{namespace}.log"
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("KUBE", "JAVA_TOOL", "JDK_JAVA"))}
        environment |= operator_settings(namespace, f"{state}/cluster/kubeconfig") | {"MALLOC_ARENA_MAX": "2"} | settings
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [java, *FLAGS, *flags, "-jar", f"{state}/operator.jar"],
                env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def runs(self):
        return self.process.poll() is None

    def url(self):
        """Where it answers over HTTP, once it does."""
        with open(self.log, encoding="utf-8") as log:
            return re.search(r"Listening on: (http://[0-9.:]+)", log.read())[1]

    def resident_megabytes(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) / 1024

    def end(self, seconds=30):
        """SIGTERM, and SIGKILL after so long."""
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.end()
        if kind is not None and issubclass(kind, Exception):
            with open(self.log, encoding="utf-8") as log:
                print("The operator's last lines:\n" + "".join(log.readlines()[-20:]), flush=True)


class Container:
    """The operator's image in Docker, with a limit of its memory, and no swap."""

    def __init__(self, image, state, namespace, megabytes):
        kubeconfig = f"{state}/cluster/kubeconfig"
        os.chmod(f"{state}/cluster", 0o711)
        os.chmod(kubeconfig, 0o644)  # the container's user reads it
        settings = [part for setting in operator_settings(namespace, "/kubeconfig").items() for part in ("-e", "=".join(setting))]
        self.id = docker(
            "run", "--detach", "--network", "host", f"--memory={megabytes}m", f"--memory-swap={megabytes}m", "--read-only",
            "--tmpfs", "/tmp", "--volume", f"{kubeconfig}:/kubeconfig:ro", *settings, image)

    def runs(self):
        return docker("inspect", "--format", "{{.State.Running}}", self.id) == "true"

    def working_set_megabytes(self):
        """What the kubelet goes by: the memory in use less the file pages that can go at once."""
        used = docker("stats", "--no-stream", "--format", "{{.MemUsage}}", self.id).partition("iB")[0]
        return float(used[:-1]) * {"K": 1 / 1024, "M": 1, "G": 1024}[used[-1]]

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None and issubclass(kind, Exception):
            print("The operator's last lines:\n" + docker("logs", "--tail", "20", self.id), flush=True)
        docker("rm", "--force", self.id)


def docker(*arguments):
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True, timeout=60).stdout.strip()
