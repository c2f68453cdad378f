#!/usr/bin/env bash
# Measures the operator against psql, on a cluster, a database and operators of its own, and ends them all:
#   run.sh [refresh] [latency] [start] [memory]     all four without arguments, about 12 minutes
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
"$root/hack/postgres/server.sh" up 18 "$state/postgresql" 0 "log_line_prefix=%n " log_statement=ddl \
  log_connections=authorization max_parallel_workers_per_gather=0
cp "$jar" "$state/operator.jar" # a build in the meantime changes nothing

STATE=$state JAVA=$java KUBECTL=$CLUSTER_BIN/kubectl SUPERUSER_URL=$("$root/hack/postgres/server.sh" url "$state/postgresql") \
  python3 -B "$here/measure.py" "$@" &
measuring=$!
wait "$measuring" && failed=0 || failed=$?
measuring=""
exit "$failed"
