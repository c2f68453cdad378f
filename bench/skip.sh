#!/usr/bin/env bash
# Measures the check of skipIfUnchanged: one look at a view's 1, 100 and 10,000 leaf relations, on a PostgreSQL 18 of its
# own, which it ends. Wants the operator's jar and PostgreSQL 18 built (make build postgresql-18), and psql.
# BENCH_JAR measures another jar; BENCH_QUICK=1 makes it short, to try it out.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(dirname "$here")
command -v psql >/dev/null || { echo "psql is needed (Debian: postgresql-client)" >&2; exit 1; }
java=$("$root/hack/jdk.sh")/bin/java
jar=${BENCH_JAR:-$root/target/matview-operator-0.1.0-runner.jar}
[ -e "$jar" ] || { echo "$jar is not built yet: make build" >&2; exit 1; }
looks=200 most=10000
[ -z "${BENCH_QUICK:-}" ] || looks=20 most=1000

state=$(mktemp -d "${TMPDIR:-/tmp}/matview-bench-skip.XXXXXX")
end() {
  trap - EXIT INT TERM
  "$root/hack/postgres/server.sh" down "$state/postgresql" || true
  rm -rf "$state"
}
trap end EXIT
trap 'exit 130' INT TERM
chmod 711 "$state" # the database may run as a user of its own
"$root/hack/postgres/server.sh" up 18 "$state/postgresql" 0 ssl=off max_locks_per_transaction=1024
url=$("$root/hack/postgres/server.sh" url "$state/postgresql")

psql -XqAt -v ON_ERROR_STOP=1 -d "$url" <<SQL
CREATE TABLE one (id int, k text);
CREATE MATERIALIZED VIEW tables_1 AS SELECT k, count(*) FROM one GROUP BY k;
SELECT 'CREATE TABLE t' || n || ' (id int, k text)' FROM generate_series(1, 100) n \gexec
SELECT 'CREATE MATERIALIZED VIEW tables_100 AS ' || string_agg('SELECT k, count(*) FROM t' || n || ' GROUP BY k', ' UNION ALL ')
FROM generate_series(1, 100) n \gexec
SELECT format('CREATE TABLE p%s (id int, k text) PARTITION BY RANGE (id)', n) FROM unnest('{100,$most}'::int[]) n \gexec
SELECT format('CREATE TABLE p%s_%s PARTITION OF p%s FOR VALUES FROM (%s) TO (%s)', most, n, most, n, n + 1)
FROM unnest('{100,$most}'::int[]) most, generate_series(1, most) n \gexec
SELECT format('CREATE MATERIALIZED VIEW partitions_%s AS SELECT k, count(*) FROM p%s GROUP BY k WITH NO DATA', n, n)
FROM unnest('{100,$most}'::int[]) n \gexec
VACUUM ANALYZE;
SQL

echo
echo "One look at what a view depends on, median of $looks"
"$java" -cp "$jar" "$here/Skip.java" "jdbc:postgresql://127.0.0.1:$(cat "$state/postgresql/port")/postgres" postgres \
  "$(cat "$state/postgresql/password")" "$looks" tables_1 tables_100 partitions_100 "partitions_$most" |
  while read -r view median p95; do
    case $view in
      *_100) target="<= 10 ms"; [ "${median%.*}" -lt 10 ] && met=met || met=MISSED ;;
      *) target="" met="" ;;
    esac
    printf '  %-48s %-34s %-10s %s\n' "${view/_/: }" "$median ms (p95 $p95 ms)" "$target" "$met" | sed 's/ *$//'
  done
