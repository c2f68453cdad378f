"""Measures and prints; run.sh prepares what this needs, and clears up after it."""
import datetime
import math
import os
import random
import signal
import statistics
import sys
import time
import urllib.request

from api_server import GROUP, RESOURCES, ApiServer, Watch
from database import APP, Database, Log
from program import FLAGS, Container, Operator

QUICK = bool(os.environ.get("BENCH_QUICK"))
PAIRS = 3 if QUICK else 9
SCRAPES = 5 if QUICK else 30
REQUESTS = 20 if QUICK else 200
STARTS = 2 if QUICK else 5
FEW, MANY = 3, 100 if QUICK else 1_000
SETTLE_SECONDS = 20 if QUICK else 60
# Settling included; by default more than the five minutes after which each resource is looked at.
IDLE_SECONDS = int(os.environ.get("BENCH_IDLE", 20 if QUICK else 400))
LOAD_SECONDS = 60 if QUICK else 1_800
LOAD_DATABASES, LOAD_MEGABYTES = 20, 256
IMAGE = os.environ.get("BENCH_IMAGE", "localhost/matview-operator:0.1.0")
NEVER = "0 0 29 2 *"

state, java = os.environ["STATE"], os.environ["JAVA"]
api = ApiServer(os.environ["KUBECTL"], f"{state}/cluster/kubeconfig")
database = Database(state, os.environ["SUPERUSER_URL"])


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def row(what, figure, target="", met=None):
    verdict = "" if met is None else "met" if met else "MISSED"
    print(f"  {what:<48} {figure:<34} {target:<10} {verdict}".rstrip(), flush=True)


def title(text):
    print(f"\n{text}", flush=True)


def percentile(values, share):
    """The smallest value that so large a share of them does not exceed."""
    return sorted(values)[math.ceil(len(values) * share) - 1]


def namespace(name, databases=(APP,)):
    """A namespace with the Secrets that its resources name."""
    api.create("/api/v1/namespaces", {"metadata": {"name": name}})
    with open(database.authorities, encoding="ascii") as file:
        secret(name, "authorities", {"ca.crt": file.read()})
    for dbname in databases:
        secret(name, secret_of(dbname), {
            "username": APP, "password": database.password, "host": "localhost", "port": database.port, "dbname": dbname})


def secret(where, name, values):
    api.create(f"/api/v1/namespaces/{where}/secrets", {"metadata": {"name": name}, "stringData": values})


def secret_of(dbname):
    return dbname.replace("_", "-")


def resource(where, name, view, mode="Concurrent", dbname=APP, schedule=NEVER):
    api.create(RESOURCES % where, {
        "apiVersion": f"{GROUP}/v1alpha1", "kind": "MaterializedViewRefresh", "metadata": {"name": name},
        "spec": {
            "database": {"secretRef": {"name": secret_of(dbname)},
                         "tls": {"mode": "VerifyFull", "ca": {"secretKeyRef": {"name": "authorities", "key": "ca.crt"}}}},
            "view": {"name": view}, "mode": mode, "schedules": [schedule]}})


def is_ready(status):
    return any(c["type"] == "Ready" and c["status"] == "True" for c in status.get("conditions", []))


def wait_until_ready(operator, where, seconds):
    end = time.monotonic() + seconds
    while not all(is_ready(r.get("status") or {}) for r in api.resources(where)):
        if not operator.runs() or time.monotonic() > end:
            raise RuntimeError(f"not all resources of {where} became ready")
        time.sleep(0.5)


def answered(token):
    return lambda status: status.get("lastHandledRefreshRequest") == token


def recorded_seconds(run):
    if run["status"] != "Succeeded":
        raise RuntimeError(f"a refresh did not succeed: {run}")
    return instant(run["completionTime"]) - instant(run["startTime"])


def instant(text):
    """A status' time in seconds of the wall clock."""
    return datetime.datetime.fromisoformat(text).timestamp()


def refresh():
    title("Refresh through the operator / the same statement by psql, turn by turn")
    say("filling a table")
    modes = {"Standard": "REFRESH MATERIALIZED VIEW", "Concurrent": "REFRESH MATERIALIZED VIEW CONCURRENTLY"}
    rows = database.large_views([f"large_{mode.lower()}" for mode in modes])
    where = "bench-refresh"
    namespace(where)
    for mode in modes:
        resource(where, mode.lower(), f"large_{mode.lower()}", mode)
    with Operator(state, java, where) as operator:
        wait_until_ready(operator, where, 60)
        for mode, statement in modes.items():
            name = mode.lower()
            pairs = []
            with Watch(api, where, name, 120) as watch:
                for n in range(PAIRS):
                    token = f"{name}-{n}"
                    api.request_refresh(where, name, token)
                    by_operator = recorded_seconds(watch.until(answered(token))["lastRefresh"])
                    by_psql = database.seconds(f"{statement} large_{name}")
                    pairs.append((by_operator, by_psql))
                    say(f"{mode} {n + 1}/{PAIRS}: {by_operator:.3f} s, by psql {by_psql:.3f} s")
            ratios = [ours / theirs for ours, theirs in pairs]
            ours, theirs = (statistics.median(side) for side in zip(*pairs))
            median = statistics.median(ratios)
            row(f"{mode}, {rows:,} rows, medians of {PAIRS} pairs", f"{ours:.3f} s / {theirs:.3f} s", ">= 1 s", theirs >= 1)
            row(f"{mode}, median ratio (min to max)", f"{median:.3f} ({min(ratios):.3f} to {max(ratios):.3f})", "<= 1.02", median <= 1.02)


def latency():
    title(f"Annotation sent -> statement begun on the server, idle operator, {REQUESTS} requests one by one")
    where = "bench-latency"
    namespace(where)
    database.small_view("small")
    resource(where, "small", "small")
    cases = {"pooled connection": ("30s", 0.05, 0.35), "connection opened for it": ("10ms", 0.15, 0.45)}
    for case, (idle, shortest, longest) in cases.items():
        with Operator(state, java, where, MATVIEW_POOL_IDLE=idle):
            with Watch(api, where, "small", 60) as watch:
                say(f"requests, {case}")
                first = f"first-{idle}"  # when it is answered, the operator is up and idle
                api.request_refresh(where, "small", first)
                watch.until(answered(first))
                with Log(database) as log:
                    waits = []
                    for n in range(REQUESTS):
                        time.sleep(random.uniform(shortest, longest))
                        token = f"{idle}-{n}"
                        sent = api.request_refresh(where, "small", token)
                        watch.until(answered(token))
                        waits.append((log.times("REFRESH MATERIALIZED VIEW", 5)[0] - sent) * 1000)
        p50, p95, p99 = (percentile(waits, share) for share in (0.5, 0.95, 0.99))
        row(f"{case}: p95 (p50, p99, max)", f"{p95:.0f} ms ({p50:.0f}, {p99:.0f}, {max(waits):.0f})", "<= 100 ms", p95 <= 100)
        say(f"the first ten: {', '.join(f'{wait:.0f}' for wait in waits[:10])} ms")


def start_seconds(where, name, flags):
    """From the process's start to the first status of a resource that was there before."""
    resource(where, name, "started")
    with Watch(api, where, name, 60) as watch:
        begun = time.monotonic()
        with Operator(state, java, where, flags):
            watch.until(bool)
            took = time.monotonic() - begun
            watch.until(is_ready)
    api.call("DELETE", f"{RESOURCES % where}/{name}")
    return took


def start():
    title(f"JVM start -> first status of a resource that is there, median of {STARTS}")
    where = "bench-start"
    namespace(where)
    database.small_view("started")
    cache = f"{state}/operator.aot"
    for case, flags in {"plain": (), "with a JDK AOT cache": (f"-XX:AOTCache={cache}",)}.items():
        if flags:
            say("a run that records the AOT cache")
            start_seconds(where, "training", (f"-XX:AOTCacheOutput={cache}",))
            if not os.path.exists(cache):
                row(case, "this JVM wrote none")
                continue
        times = []
        for n in range(STARTS):
            times.append(start_seconds(where, f"start-{len(flags)}-{n}", flags))
            say(f"start, {case}, {n + 1}/{STARTS}: {times[-1]:.2f} s")
        row(f"{case} (min to max)", f"{statistics.median(times):.2f} s ({min(times):.2f} to {max(times):.2f})")


def memory():
    title(f"Idle with {FEW} and with {MANY:,} resources, {SETTLE_SECONDS} s after they were checked, for {IDLE_SECONDS} s")
    counts = {"bench-few": FEW, "bench-many": MANY}
    for where, count in counts.items():
        say(f"{count} views and resources")
        prefix = where.replace("-", "_")
        database.many_views(prefix, count)
        namespace(where)
        for n in range(1, count + 1):
            resource(where, f"view-{n}", f"{prefix}_{n}")
    with Operator(state, java, "bench-few") as few, Operator(state, java, "bench-many") as many:
        wait_until_ready(few, "bench-few", 60)
        wait_until_ready(many, "bench-many", 300)
        say("all are ready")
        time.sleep(SETTLE_SECONDS)
        say(f"resident: {few.resident_megabytes():.0f} MB and {many.resident_megabytes():.0f} MB")
        writes = api.writes()
        if writes < 2 * (FEW + MANY):  # each was created, and its status written
            raise RuntimeError(f"the API server's metric does not count all writes: {writes}")
        with Log(database) as log:
            time.sleep(IDLE_SECONDS)
            opened = len(log.times(f"connection authorized: user={APP}"))
        still_open = int(database.run(
            f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{APP}'", url=database.superuser_url))
        written = api.writes() - writes
        small, large = few.resident_megabytes(), many.resident_megabytes()
    row(f"resident with {FEW}, with {MANY:,}", f"{small:.0f} MB, {large:.0f} MB")
    row("ratio", f"{large / small:.2f}", "<= 1.3", large / small <= 1.3)
    row("writes to the API server (resources, Events)", str(written), "0", written == 0)
    row("database connections opened, still open", f"{opened}, {still_open}", "0, 0", opened + still_open == 0)


def metrics():
    title(f"A scrape of /q/metrics with {MANY:,} resources that have been refreshed, {SCRAPES} times")
    where = "bench-metrics"
    say(f"{MANY} views and resources")
    database.many_views("bench_metrics", MANY)
    namespace(where)
    for n in range(1, MANY + 1):
        resource(where, f"view-{n}", f"bench_metrics_{n}")
    with Operator(state, java, where) as operator:
        wait_until_ready(operator, where, 300)
        for n in range(1, MANY + 1):
            api.request_refresh(where, f"view-{n}", "one")
        end = time.monotonic() + 600
        while not all(answered("one")(r.get("status") or {}) for r in api.resources(where)):
            if time.monotonic() > end:
                raise RuntimeError("not all resources were refreshed")
            time.sleep(1)
        say("all were refreshed")
        before = operator.resident_megabytes()
        times = []
        for _ in range(SCRAPES):
            begun = time.monotonic()
            with urllib.request.urlopen(f"{operator.url()}/q/metrics", timeout=30) as answer:
                text = answer.read()
            times.append((time.monotonic() - begun) * 1000)
            time.sleep(0.2)
        after = operator.resident_megabytes()
    lines = [line for line in text.decode().splitlines() if line.startswith("matview_")]
    ready = sum(line.startswith("matview_ready{") and line.endswith(" 1.0") for line in lines)
    row("median, largest, the first", f"{statistics.median(times):.0f} ms, {max(times):.0f} ms, {times[0]:.0f} ms", "<= 500 ms", statistics.median(times) <= 500)
    row("size, the operator's own series", f"{len(text) / 1024:.0f} KiB, {len(lines):,}", "all ready", ready == MANY)
    row("resident before and after", f"{before:.0f} MB, {after:.0f} MB")


def load():
    title(f"A container of {LOAD_MEGABYTES} MiB, {MANY:,} resources, {LOAD_DATABASES} databases, a refresh each second for {LOAD_SECONDS} s")
    where = "bench-load"
    databases = [f"load_{n}" for n in range(1, LOAD_DATABASES + 1)]
    namespace(where, databases)
    say(f"{MANY} views and resources")
    for dbname in databases:
        database.another(dbname)
        database.many_views("view", MANY // LOAD_DATABASES, dbname)
        for n in range(1, MANY // LOAD_DATABASES + 1):
            resource(where, f"{secret_of(dbname)}-{n}", f"view_{n}", dbname=dbname)
    names = [f"{secret_of(dbname)}-{n}" for n in range(1, MANY // LOAD_DATABASES + 1) for dbname in databases]
    with Container(IMAGE, state, where, LOAD_MEGABYTES) as operator:
        wait_until_ready(operator, where, 300)
        say(f"all are ready: {operator.working_set_megabytes():.0f} MiB")
        asked, used = {}, []
        begun = time.monotonic()
        for second in range(LOAD_SECONDS):
            time.sleep(max(0, begun + second - time.monotonic()))
            name = names[second % len(names)]
            asked[name] = f"load-{second}"
            api.request_refresh(where, name, asked[name])
            if second % 10 == 0:
                used.append(operator.working_set_megabytes())
                if second % 300 == 0:
                    say(f"{second} s: {used[-1]:.0f} MiB")
        time.sleep(10)
        states = {r["metadata"]["name"]: r["status"] for r in api.resources(where)}
        done = sum(answered(token)(states[name]) and states[name]["lastRefresh"]["status"] == "Succeeded" for name, token in asked.items())
        alive = operator.runs()
    row("working set: median, largest", f"{statistics.median(used):.0f} MiB, {max(used):.0f} MiB", f"< {LOAD_MEGABYTES}", alive)
    row("resources whose last request succeeded", f"{done} of {len(asked)}", "all", done == len(asked))


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next((line.partition(":")[2].strip() for line in file if line.startswith("model name")), "unknown CPU")
    server = database.run("SHOW server_version").strip()
    say(f"load {os.getloadavg()[0]:.1f}")
    print(f"{os.cpu_count()} x {model}, PostgreSQL {server}, JVM flags {' '.join(FLAGS)}", flush=True)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parts = {part.__name__: part for part in (refresh, latency, start, memory, metrics, load)}
    wanted = sys.argv[1:] or [part for part in parts if part != "load"]
    if unknown := set(wanted) - set(parts):
        sys.exit(f"there is no {', '.join(unknown)}: use {', '.join(parts)}")
    machine()
    for part in wanted:
        parts[part]()


if __name__ == "__main__":
    main()
