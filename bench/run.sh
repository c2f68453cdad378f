#!/usr/bin/env bash
# Measures the operator against psql, on a cluster, a database and operators of its own, and ends them all:
#   run.sh [refresh] [latency] [start] [memory] [metrics]     all five without arguments, about 14 minutes
#   run.sh schedule [minutes] [chain] [storm]    half an hour; wants PostgreSQL 15 with pg_cron (Debian: postgresql-15-cron)
#   run.sh load     40 minutes; wants a Docker that has the image (make image; docker load)
# Wants the operator's jar, the control plane and PostgreSQL 18 built (make bench sees to that), psql and python3.
# BENCH_IDLE is how many seconds "idle" lasts (3600 for an hour); BENCH_JAR measures another jar, BENCH_JVM other flags of its JVM; BENCH_QUICK=1 makes everything short, to try it out.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(dirname "$here")
for program in psql python3 openssl; do
  command -v $program >/dev/null || { echo "$program is needed (Debian: postgresql-client, python3, openssl)" >&2; exit 1; }
done
java=$("$root/hack/jdk.sh")/bin/java
jar=${BENCH_JAR:-$root/target/matview-operator-0.1.0-runner.jar}
[ -e "$jar" ] || { echo "$jar is not built yet: make build" >&2; exit 1; }

state=$(mktemp -d "${TMPDIR:-/tmp}/matview-bench.XXXXXX")
export CLUSTER_RUN=$state/cluster
measuring=""
end() {
  trap - EXIT INT TERM
  # It ends its operators first.
  [ -z "$measuring" ] || ! kill "$measuring" 2>/dev/null || wait "$measuring" || true
  "$root/hack/postgres/server.sh" down "$state/postgresql" || true
  "$root/hack/cluster/down.sh" || true
  rm -rf "$state"
}
trap end EXIT
trap 'exit 130' INT TERM
chmod 711 "$state" # the database may run as a user of its own
. "$root/hack/cluster/env.sh"

echo "Starting a cluster and a PostgreSQL 18 ..." >&2
"$root/hack/cluster/up.sh" >&2
unset KUBECONFIG
cluster_kubectl apply --server-side -f "$root/crds" -f "$root/deploy/rbac.yaml" >/dev/null
cluster_kubectl wait --for=condition=Established --timeout=30s crd/materializedviewrefreshes.matview.dev >/dev/null
# The log tells when a statement starts and who connects. Parallel workers would measure the machine's other load.
settings=("log_line_prefix=%n " log_statement=ddl max_parallel_workers_per_gather=0)
program=measure.py major=18 log=authorization
if [ "${1:-}" = schedule ]; then
  shift
  program=schedule.py major=15 log=off
  # A server that has the extension takes the place of the one from Maven.
  debian=/usr/lib/postgresql/15
  [ -e $debian/lib/pg_cron.so ] || { echo "pg_cron is needed (Debian: postgresql-15, postgresql-15-cron)" >&2; exit 1; }
  mkdir -m 711 "$state/servers"
  ln -s $debian "$state/servers/$(awk '$1 == 15 { print $2 }' "$root/hack/postgres/versions")"
  export POSTGRES_CACHE=$state/servers
  # Its jobs log in like any client.
  POSTGRES_PASSWORD=$(openssl rand -hex 16) && export POSTGRES_PASSWORD PGPASSWORD=$POSTGRES_PASSWORD
  settings+=(shared_preload_libraries=pg_cron cron.database_name=app "cron.host=127.0.0.1" max_connections=200)
fi
"$root/hack/postgres/server.sh" up $major "$state/postgresql" 0 log_connections=$log "${settings[@]}"
cp "$jar" "$state/operator.jar" # a build in the meantime changes nothing

STATE=$state JAVA=$java KUBECTL=$CLUSTER_BIN/kubectl SUPERUSER_URL=$("$root/hack/postgres/server.sh" url "$state/postgresql") \
  python3 -B "$here/$program" "$@" &
measuring=$!
wait "$measuring" && failed=0 || failed=$?
measuring=""
exit "$failed"
