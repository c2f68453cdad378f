#!/usr/bin/env bash
# Measures the image: from the start of its container to the first status that the operator writes. start.sh [CORES [ROUNDS]]
# Needs the image in a Docker (docker load), and starts a control plane of its own for it.
set -euo pipefail
. "$(dirname "$0")/source.sh"
[ -n "${MATVIEW_TEST_KUBECONFIG:-}" ] || exec "$root/hack/cluster/with.sh" "$0" "$@"
. "$root/hack/cluster/env.sh"
cores=${1:-2} rounds=${2:-5}
kubectl() { "$CLUSTER_BIN/kubectl" --kubeconfig "$MATVIEW_TEST_KUBECONFIG" "$@"; }
kubectl apply --server-side -f "$root/crds" >/dev/null
kubectl wait --for=condition=Established --timeout=60s crd/materializedviewrefreshes.matview.dev >/dev/null
chmod 644 "$MATVIEW_TEST_KUBECONFIG" && chmod 755 "$(dirname "$MATVIEW_TEST_KUBECONFIG")"
for _ in $(seq "$rounds"); do
  kubectl apply -f - >/dev/null <<'YAML'
apiVersion: matview.dev/v1alpha1
kind: MaterializedViewRefresh
metadata: {name: first, namespace: default}
spec: {database: {secretRef: {name: none}}, view: {name: none}}
YAML
  container=$(docker create --network host --cpus "$cores" --memory 256m --read-only --tmpfs /tmp -v "$MATVIEW_TEST_KUBECONFIG:/kubeconfig:ro" \
    -e KUBECONFIG=/kubeconfig -e QUARKUS_HTTP_HOST=127.0.0.1 -e QUARKUS_HTTP_PORT=0 ${JDK_JAVA_OPTIONS:+-e JDK_JAVA_OPTIONS} "$image")
  started=$(date +%s%N)
  docker start "$container" >/dev/null
  kubectl wait --for=condition=Ready=False matviewrefresh/first --timeout=60s >/dev/null
  echo "$(($(date +%s%N) - started))"
  docker stats --no-stream --format '{{.MemUsage}}' "$container" >&2
  docker rm -f "$container" >/dev/null
  kubectl delete matviewrefresh/first >/dev/null
done | sort -n | awk -v cores="$cores" '{ took[NR] = $1 / 1e9 } END { printf "first status after %.2f s (median of %d, %.2f to %.2f), %s cores\n", took[int((NR + 1) / 2)], NR, took[1], took[NR], cores }'
