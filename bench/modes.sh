#!/usr/bin/env bash
# Compares the modes on a view of 2,000,000 rows, by the operator's own code, on a PostgreSQL 18 of its own, which it ends.
# Wants the operator's jar and PostgreSQL 18 built (make bench-modes sees to that). About 15 minutes, 6 GB of disk.
# BENCH_JAR measures another jar, BENCH_ROWS and BENCH_ROUNDS more or less; BENCH_QUICK=1 makes it short, to try it out.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(dirname "$here")
java=$("$root/hack/jdk.sh")/bin/java
jar=${BENCH_JAR:-$root/target/matview-operator-0.1.0-runner.jar}
[ -e "$jar" ] || { echo "$jar is not built yet: make build" >&2; exit 1; }
rows=2000000 rounds=3
[ -z "${BENCH_QUICK:-}" ] || rows=50000 rounds=1

state=$(mktemp -d "${TMPDIR:-/tmp}/matview-bench-modes.XXXXXX")
measuring=""
end() {
  trap - EXIT INT TERM
  [ -z "$measuring" ] || ! kill "$measuring" 2>/dev/null || wait "$measuring" || true
  "$root/hack/postgres/server.sh" down "$state/postgresql" || true
  rm -rf "$state"
}
trap end EXIT
trap 'exit 130' INT TERM
chmod 711 "$state" # the database may run as a user of its own
# No vacuum and no checkpoint falls into one measurement and not into another; the rest is as PostgreSQL comes.
"$root/hack/postgres/server.sh" up 18 "$state/postgresql" 0 ssl=off autovacuum=off checkpoint_timeout=1h max_wal_size=8GB

"$java" -Xmx512m -cp "$jar" "$here/modes/CompareModes.java" "jdbc:postgresql://127.0.0.1:$(cat "$state/postgresql/port")/" \
  "$(cat "$state/postgresql/password")" "${BENCH_ROWS:-$rows}" "${BENCH_ROUNDS:-$rounds}" &
measuring=$!
wait "$measuring" && failed=0 || failed=$?
measuring=""
exit "$failed"
