"""How late scheduled refreshes begin; schedule.sh prepares what this needs, and clears up after it."""
import os
import re
import sys
import time

from api_server import RESOURCES
from measure import APP, QUICK, api, database, instant, java, machine, namespace, percentile, recorded_seconds, resource, row, \
    say, state, title, wait_until_ready
from database import Log
from program import Operator

JOBS = 10
MINUTES = int(os.environ.get("BENCH_MINUTES", 2 if QUICK else 20))
MANY = 100 if QUICK else 1_000
DATABASES = 20
CHAIN = 5 if QUICK else 20
LOOK_SECONDS = 5  # to list 1,000 resources takes time of the API server
LIMIT = 2  # refreshes of one database at once, as the operator comes


def delays(lines, prefix):
    """By name, how many milliseconds after the turn of a minute the server's log has the refreshes of such views."""
    found = {}
    for line in lines:
        match = re.search(rf'(?:statement|execute [^:]*): REFRESH MATERIALIZED VIEW CONCURRENTLY (?:"?public"?\.)?"?({prefix}_\d+)', line)
        if match:
            found.setdefault(match[1], []).append(float(line.split(" ", 1)[0]) % 60 * 1000)
    return found


def summary(what, found):
    every = [delay for times in found.values() for delay in times]
    p50, p99 = percentile(every, 0.5), percentile(every, 0.99)
    row(what, f"{p50:.0f} ms, {p99:.0f} ms, {max(every):.0f} ms", "", None)
    return p99


def minutes():
    title(f"{JOBS} resources each minute, and {JOBS} jobs of pg_cron, for {MINUTES} minutes: start delay p50, p99, max")
    where = "bench-minutes"
    namespace(where)
    database.many_views("ours", JOBS)
    database.many_views("cron", JOBS)
    for n in range(1, JOBS + 1):
        resource(where, f"ours-{n}", f"ours_{n}", schedule="* * * * *")
    # pg_cron runs up to 32 at once.
    with Operator(state, java, where, MATVIEW_REFRESHES_PER_DATABASE=str(JOBS)) as operator:
        wait_until_ready(operator, where, 120)
        admin = database.superuser_url.rsplit("/", 1)[0] + f"/{APP}"
        database.run("CREATE EXTENSION IF NOT EXISTS pg_cron", url=admin)
        for n in range(1, JOBS + 1):
            database.run(f"SELECT cron.schedule('cron_{n}', '* * * * *', 'REFRESH MATERIALIZED VIEW CONCURRENTLY cron_{n}')", url=admin)
        time.sleep(65 - time.time() % 60)  # what was due at the start is done
        with Log(database) as log:
            for n in range(MINUTES):
                time.sleep(60)
                say(f"minute {n + 1}/{MINUTES}")
            lines = log.file.readlines()
        database.run("SELECT cron.unschedule(jobid) FROM cron.job", url=admin)
    api.connection.close()  # the server may have ended it meanwhile; the next call opens another
    ours, cron = delays(lines, "ours"), delays(lines, "cron")
    for name, times in (*ours.items(), *cron.items()):
        if len(times) != MINUTES:
            say(f"{name} began {len(times)} times")
    mine = summary("the operator", ours)
    theirs = summary("pg_cron", cron)
    row("p99 of the operator", f"{mine:.0f} ms", "< 50 ms", mine < 50)
    row("p99 of the operator less than pg_cron's", f"{mine:.0f} ms, {theirs:.0f} ms", "", mine < theirs)


def chain():
    title(f"A chain of {CHAIN} views, each reading the one before, due at one instant, refreshes of 1 s")
    where, dbname = "bench-chain", "chain"
    database.another(dbname)
    database.chain("link", CHAIN, dbname)
    namespace(where, [dbname])
    for n in range(1, CHAIN + 1):
        resource(where, f"link-{n}", f"link_{n}", dbname=dbname)
    with Operator(state, java, where) as operator:
        wait_until_ready(operator, where, 120)
        database.run("UPDATE pace SET seconds = 1", url=database.url_of(dbname))
        due = make_due(where, [f"link-{n}" for n in range(1, CHAIN + 1)], 60)
        runs = done_by_schedule(where, CHAIN, due, CHAIN * 3 + 60)
    row("done", f"{len(runs)} of {CHAIN}", "all", len(runs) == CHAIN)
    in_order = sorted(runs, key=lambda name: int(name.split("-")[1]))
    ended = [0, *(instant(runs[name]["completionTime"]) for name in in_order)]
    ordered = all(instant(runs[name]["startTime"]) >= before for name, before in zip(in_order, ended))
    row("each after the one before", "yes" if ordered else "no", "", ordered)
    took = max(instant(run["completionTime"]) for run in runs.values()) - due
    total = sum(recorded_seconds(run) for run in runs.values())
    row("from the due time to the last end, sum of refreshes", f"{took:.1f} s, {total:.1f} s, {took / total:.3f}", "<= 1.1", took <= 1.1 * total)


def make_due(where, names, seconds):
    """Has them due at a turn of a minute, that long from now at least; returns when."""
    due = (time.time() + seconds) // 60 * 60 + 60
    minute = time.gmtime(due)
    for name in names:
        api.edit(f"{RESOURCES % where}/{name}", {"spec": {"schedules": [f"{minute.tm_min} {minute.tm_hour} * * *"]}})
    say("all are due at " + time.strftime("%H:%M:00", minute))
    api.connection.close()  # the server may end it meanwhile; the next call opens another
    time.sleep(max(0, due - time.time()))
    return due


def done_by_schedule(where, count, due, seconds):
    """The last runs, by the resources' names, of those that were done by schedule; waits so long for all of them."""
    while True:
        time.sleep(LOOK_SECONDS)
        runs = {}
        for r in api.resources(where):
            run = r["status"].get("lastRefresh", {})
            if run.get("trigger") == "Schedule" and run["status"] == "Succeeded":
                runs[r["metadata"]["name"]] = run
        if len(runs) == count or time.time() > due + seconds:
            return runs


def storm():
    title(f"{MANY:,} resources of {DATABASES} databases due at one instant, refreshes of 1 s, {LIMIT} of a database at once")
    where = "bench-storm"
    databases = [f"storm_{n}" for n in range(1, DATABASES + 1)]
    namespace(where, databases)
    each = MANY // DATABASES
    for dbname in databases:
        database.another(dbname)
        database.slow_views("slow", each, dbname)
    say("views are made")
    names = {}
    for dbname in databases:
        for n in range(1, each + 1):
            name = f"{dbname.replace('_', '-')}-{n}"
            names[name] = (dbname, n)
            resource(where, name, f"slow_{n}", dbname=dbname)
    with Operator(state, java, where) as operator:
        wait_until_ready(operator, where, 600)
        # The server sleeps a second in each refresh from now on.
        for dbname in databases:
            database.run("UPDATE pace SET seconds = 1", url=database.url_of(dbname))
        slots = min(DATABASES * LIMIT, 32)
        alone = len(names) / slots
        with Log(database) as log:
            due = make_due(where, names, 60)
            done = done_by_schedule(where, len(names), due, alone * 3 + 60)
            begun = [t - due for t in log.times("REFRESH MATERIALIZED VIEW")]
        took = max((instant(run["completionTime"]) for run in done.values()), default=due) - due
    row("done", f"{len(done)} of {len(names)}", "all", len(done) == len(names))
    if begun:
        row("start delay p50, p99", f"{percentile(begun, 0.5):.1f} s, {percentile(begun, 0.99):.1f} s")
    row(f"all done, and by the limits alone ({slots} at once)", f"{took:.1f} s, {alone:.1f} s", "<= 1.2", took <= 1.2 * alone)


def main():
    parts = {part.__name__: part for part in (minutes, chain, storm)}
    wanted = sys.argv[1:] or list(parts)
    if unknown := set(wanted) - set(parts):
        sys.exit(f"there is no {', '.join(unknown)}: use {', '.join(parts)}")
    machine()
    for part in wanted:
        parts[part]()


main()
