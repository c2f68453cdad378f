"""The operator as a process, under the role that is shipped."""
import os
import re
import shlex
import subprocess

ROLE = "system:serviceaccount:matview-system:matview-operator"
SHIPPED = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "deploy", "jvm.options")
FLAGS = shlex.split(os.environ.get("BENCH_JVM", "")) or ["@" + SHIPPED]


class Operator:
    def __init__(self, state, java, namespace, flags=(), **settings):
        self.log = f"{state}/operator-{namespace}.log"
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("KUBE", "JAVA_TOOL", "JDK_JAVA"))}
        environment |= {
            "KUBECONFIG": f"{state}/cluster/kubeconfig", "KUBERNETES_IMPERSONATE_USERNAME": ROLE,
            "MATVIEW_ALLOW_LOOPBACK": "true", "QUARKUS_HTTP_HOST": "127.0.0.1", "QUARKUS_HTTP_PORT": "0",
            "MALLOC_ARENA_MAX": "2", "QUARKUS_OPERATOR_SDK_NAMESPACES": namespace} | settings
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [java, *FLAGS, *flags, "-jar", f"{state}/operator.jar"],
                env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def runs(self):
        return self.process.poll() is None

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
