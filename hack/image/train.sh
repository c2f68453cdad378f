#!/usr/bin/env bash
# Runs the operator in the image's own root folder and writes the JDK's AOT cache of what it loaded: train.sh ROOT-FOLDER TO.AOT
# As in a pod: with a service account's token against an API server, with a refresh over verified TLS. As root or as any
# user who may have a user namespace of their own.
set -euo pipefail
. "$(dirname "$0")/source.sh"
folder=$1 cache=$2
# A cluster of its own around this script.
[ -n "${MATVIEW_TEST_KUBECONFIG:-}" ] || exec "$root/hack/cluster/with.sh" "$0" "$@"
. "$root/hack/cluster/env.sh"
kubectl() { "$CLUSTER_BIN/kubectl" --kubeconfig "$MATVIEW_TEST_KUBECONFIG" "$@"; }
server=$root/hack/postgres/server.sh
state=$(mktemp -d "${TMPDIR:-/tmp}/matview-train.XXXXXX")
chmod 711 "$state" # the database may run as a user of its own
operator=
end() {
  [ -z "$operator" ] || kill "$operator" 2>/dev/null || true
  "$server" down "$state/postgresql"
  rm -rf "$state"
}
trap end EXIT

inside=(unshare --mount)
[ "$(id -u)" = 0 ] || inside=(unshare --mount --map-root-user)
mkdir -p "$folder"/{proc,dev,tmp,var/run/secrets/kubernetes.io/serviceaccount,train}
# Nothing is mounted outside the new namespace, and the process that is started becomes the JVM.
enter='set -e
mount --rbind /proc "$1/proc"
mount --rbind /dev "$1/dev"
mount -t tmpfs tmpfs "$1/tmp"
exec chroot "$1" /opt/java/bin/java @/app/jvm.options "${@:2}"'

"$server" up 18 "$state/postgresql" 0
password=$(openssl rand -hex 16)
psql() { command psql -X -q -v ON_ERROR_STOP=1 "$@"; }
superuser=$("$server" url "$state/postgresql")
psql -d "$superuser" -c "CREATE ROLE app LOGIN PASSWORD '$password'" -c "CREATE DATABASE app OWNER app"
psql -d "${superuser%/*}/app" -c "SET ROLE app" \
  -c "CREATE MATERIALIZED VIEW numbers AS SELECT n FROM generate_series(1, 10) n" -c "CREATE UNIQUE INDEX ON numbers (n)"

kubectl apply --server-side -f "$root/crds" -f "$root/deploy/rbac.yaml" >/dev/null
kubectl wait --for=condition=Established --timeout=60s crd/materializedviewrefreshes.matview.dev >/dev/null
kubectl create secret generic database --from-literal=user=app --from-literal=password="$password" --from-literal=host=127.0.0.1 \
  --from-literal=port="$(cat "$state/postgresql/port")" --from-literal=dbname=app --from-file=ca.crt="$state/postgresql/tls/ca.crt" >/dev/null
kubectl apply -f - >/dev/null <<'YAML'
apiVersion: matview.dev/v1alpha1
kind: MaterializedViewRefresh
metadata: {name: numbers, namespace: default}
spec:
  database: {secretRef: {name: database}, tls: {ca: {secretKeyRef: {name: database, key: ca.crt}}}}
  view: {name: numbers}
  schedules: ["0 * * * *"]
  immediate: true
YAML
account=$folder/var/run/secrets/kubernetes.io/serviceaccount
kubectl create token matview-operator --namespace matview-system >"$account/token"
kubectl config view --raw -o 'jsonpath={.clusters[0].cluster.certificate-authority-data}' | base64 -d >"$account/ca.crt"
echo -n matview-system >"$account/namespace"
address=$(kubectl config view -o 'jsonpath={.clusters[0].cluster.server}')
port=$("$root/hack/free-port.sh")

env -i MALLOC_ARENA_MAX=2 KUBERNETES_SERVICE_HOST=127.0.0.1 KUBERNETES_SERVICE_PORT="${address##*:}" QUARKUS_HTTP_HOST=127.0.0.1 \
  QUARKUS_HTTP_PORT="$port" MATVIEW_ALLOW_LOOPBACK=true POD_NAME=training POD_NAMESPACE=matview-system PATH="$PATH" \
  "${inside[@]}" bash -c "$enter" bash "$folder" -XX:AOTMode=record -XX:AOTConfiguration=/train/operator \
  -jar /app/matview-operator.jar >"$state/log" 2>&1 </dev/null &
operator=$!
failed() { echo "the training run failed: $1" >&2; tail -n 20 "$state/log" >&2; exit 1; }
kubectl wait matviewrefresh/numbers --for=jsonpath='{.status.lastRefreshStatus}'=Succeeded --timeout=180s >/dev/null || failed "no refresh"
for path in live ready; do # as the kubelet will
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  printf 'GET /q/health/%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$path" >&3
  grep -q '"UP"' <&3 || failed "/q/health/$path is not UP"
done
kill "$operator"
wait "$operator" || [ $? = 143 ] || failed "it ended with $?"
operator=
"${inside[@]}" bash -c "$enter" bash "$folder" -XX:AOTMode=create -XX:AOTConfiguration=/train/operator -XX:AOTCache=/train/cache \
  -jar /app/matview-operator.jar >"$state/log" 2>&1 || failed "no cache was written"
mv "$folder/train/cache" "$cache"
