"""The database: psql, what it is to refresh, and the server's log."""
import os
import re
import subprocess
import time

APP = "app"
ROWS = 1_000_000
AIM_SECONDS = 2.5


class Database:
    def __init__(self, state, superuser_url):
        self.superuser_url = superuser_url
        self.port = superuser_url.rsplit(":", 1)[1].partition("/")[0]
        self.authorities = f"{state}/postgresql/tls/ca.crt"
        self.log = f"{state}/postgresql/log"
        self.password = os.urandom(16).hex()
        self.url = (f"postgresql://{APP}:{self.password}@localhost:{self.port}/{APP}"
                    f"?sslmode=verify-full&sslrootcert={self.authorities}")
        self.run(f"CREATE ROLE {APP} LOGIN PASSWORD '{self.password}'", url=superuser_url)
        self.run(f"CREATE DATABASE {APP} OWNER {APP}", url=superuser_url)

    def run(self, *statements, url=None, seconds=600):
        """What psql prints."""
        commands = [part for statement in statements for part in ("-c", statement)]
        return subprocess.run(
            ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url or self.url, *commands],
            check=True, capture_output=True, text=True, timeout=seconds).stdout

    def url_of(self, dbname):
        """The same user's way to another database of the server."""
        return self.url.replace(f"/{APP}?", f"/{dbname}?")

    def seconds(self, statement):
        """How long psql says that a statement took."""
        printed = self.run(r"\timing on", statement)
        return float(re.search(r"Time: ([0-9.]+) ms", printed)[1]) / 1000

    def small_view(self, name):
        self.run(f"CREATE MATERIALIZED VIEW {name} AS SELECT 1 AS id", f"CREATE UNIQUE INDEX ON {name} (id)")

    def another(self, name):
        self.run(f"CREATE DATABASE {name} OWNER {APP}", url=self.superuser_url)

    def many_views(self, prefix, count, dbname=APP):
        self.run(f"""DO $$ BEGIN FOR n IN 1..{count} LOOP
            EXECUTE format('CREATE MATERIALIZED VIEW {prefix}_%s AS SELECT 1 AS id', n);
            EXECUTE format('CREATE UNIQUE INDEX ON {prefix}_%s (id)', n);
            COMMIT; END LOOP; END $$""", url=self.url_of(dbname))

    def slow_views(self, prefix, count, dbname):
        """Views each of whose refreshes takes as long as the table pace says, which is no time at first."""
        self.run("CREATE TABLE pace AS SELECT 0::float8 AS seconds", f"""DO $$ BEGIN FOR n IN 1..{count} LOOP
            EXECUTE format('CREATE MATERIALIZED VIEW {prefix}_%s AS SELECT 1 AS id FROM pace, LATERAL pg_sleep(pace.seconds)', n);
            EXECUTE format('CREATE UNIQUE INDEX ON {prefix}_%s (id)', n);
            COMMIT; END LOOP; END $$""", url=self.url_of(dbname))

    def chain(self, prefix, count, dbname):
        """Views each of which reads the one before, and takes as long as the table pace says."""
        url = self.url_of(dbname)
        self.run("CREATE TABLE pace AS SELECT 0::float8 AS seconds", f"CREATE VIEW {prefix}_0 AS SELECT 1 AS id", url=url)
        for n in range(1, count + 1):
            self.run(f"""CREATE MATERIALIZED VIEW {prefix}_{n} AS
                SELECT l.id FROM {prefix}_{n - 1} l, pace, LATERAL pg_sleep(pace.seconds)""",
                     f"CREATE UNIQUE INDEX ON {prefix}_{n} (id)", url=url)

    def large_views(self, names):
        """Views over so many rows that a refresh takes seconds on this machine; returns how many."""
        self.run("CREATE TABLE members (group_id integer NOT NULL, user_id integer NOT NULL)")
        self.add_members(1, ROWS)
        for name in names:
            self.run(f"""CREATE MATERIALIZED VIEW {name} AS
                SELECT group_id, count(*) AS members, min(md5(user_id::text)) AS first FROM members GROUP BY group_id""",
                     f"CREATE UNIQUE INDEX ON {name} (group_id)")
        took = min(self.seconds(f"REFRESH MATERIALIZED VIEW {names[0]}") for _ in range(3))
        rows = max(ROWS, int(ROWS * min(10, AIM_SECONDS / took)))
        self.add_members(ROWS + 1, rows)
        for name in names:
            self.run(f"REFRESH MATERIALIZED VIEW {name}", f"ANALYZE {name}")
        return rows

    def add_members(self, first, last):
        self.run(f"INSERT INTO members SELECT n % 10000, n FROM generate_series({first}, {last}) n", "VACUUM ANALYZE members")


class Log:
    """The server's log from now on."""

    def __init__(self, database):
        self.file = open(database.log, encoding="utf-8", errors="replace")
        self.file.seek(0, os.SEEK_END)

    def times(self, text, seconds=0.0):
        """When lines with that text were written, in seconds of the wall clock; waits so long for the first."""
        end = time.monotonic() + seconds
        while True:
            found = [float(line.split(" ", 1)[0]) for line in self.file.readlines() if text in line]
            if found or time.monotonic() >= end:
                return found
            time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
