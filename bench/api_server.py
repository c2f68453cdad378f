"""A client of the API server that keeps its connections, so that no start of a process is in what is measured."""
import base64
import http.client
import json
import ssl
import subprocess
import tempfile
import time
import urllib.parse

GROUP = "matview.dev"
RESOURCES = f"/apis/{GROUP}/v1alpha1/namespaces/%s/materializedviewrefreshes"
WRITES = {"POST", "PUT", "PATCH", "APPLY", "DELETE"}


class ApiServer:
    def __init__(self, kubectl, kubeconfig):
        view = subprocess.run(
            [kubectl, "--kubeconfig", kubeconfig, "config", "view", "--raw", "-o", "json"],
            check=True, capture_output=True, timeout=20).stdout
        config = json.loads(view)
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self.address = urllib.parse.urlparse(cluster["server"]).netloc
        authorities = base64.b64decode(cluster["certificate-authority-data"]).decode()
        self.tls = ssl.create_default_context(cadata=authorities)
        with tempfile.NamedTemporaryFile(suffix=".pem") as identity:  # ssl reads it from a file alone
            identity.write(base64.b64decode(user["client-certificate-data"]))
            identity.write(base64.b64decode(user["client-key-data"]))
            identity.flush()
            self.tls.load_cert_chain(identity.name)
        self.connection = self.connect(30)

    def connect(self, seconds):
        return http.client.HTTPSConnection(self.address, context=self.tls, timeout=seconds)

    def call(self, method, path, body=None, content="application/json"):
        data = None if body is None else json.dumps(body).encode()
        self.connection.request(method, path, data, {"Content-Type": content, "Accept": "application/json, text/plain"})
        response = self.connection.getresponse()
        text = response.read()
        if response.status >= 300:
            raise RuntimeError(f"{method} {path}: {response.status} {text.decode()[:500]}")
        return text

    def create(self, path, body):
        self.call("POST", path, body)

    def edit(self, path, body):
        self.call("PATCH", path, body, "application/merge-patch+json")

    def request_refresh(self, namespace, name, token):
        """Annotates, and returns the time at which that was begun, in seconds of the wall clock."""
        body = {"metadata": {"annotations": {f"{GROUP}/refresh-requested": token}}}
        path = f"{RESOURCES % namespace}/{name}"
        begun = time.time()
        self.edit(path, body)
        return begun

    def resources(self, namespace):
        return json.loads(self.call("GET", RESOURCES % namespace))["items"]

    def writes(self):
        """How often our resources and Events were written since the API server started."""
        self.connection.close()  # the server may have ended it, when it was idle for minutes; the next call opens another
        total = 0
        for line in self.call("GET", "/metrics").decode().splitlines():
            if line.startswith("apiserver_request_total{"):
                labels, value = line.rsplit(" ", 1)
                verb = labels.partition('verb="')[2].partition('"')[0]
                if verb in WRITES and (f'group="{GROUP}"' in labels or 'resource="events"' in labels):
                    total += int(float(value))
        return total


class Watch:
    """Changes of one resource, as they come."""

    def __init__(self, api, namespace, name, seconds):
        self.connection = api.connect(seconds)
        query = urllib.parse.urlencode({"watch": "1", "fieldSelector": f"metadata.name={name}"})
        self.connection.request("GET", f"{RESOURCES % namespace}?{query}")
        self.response = self.connection.getresponse()

    def until(self, condition):
        """The first status for which the condition holds; fails when nothing comes for too long."""
        while True:
            line = self.response.readline()
            if not line:
                raise RuntimeError("the API server ended a watch")
            status = json.loads(line)["object"].get("status") or {}
            if condition(status):
                return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()
