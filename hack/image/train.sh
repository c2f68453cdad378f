#!/usr/bin/env bash
# Runs the operator in the image's own root folder and writes the JDK's AOT cache of what it loaded: train.sh ROOT-FOLDER TO.AOT
# As in a pod: with a service account's token against an API server, with a refresh over verified TLS, and with one in the
# pod of a CronJob, whose command has nearly all its classes in common with the operator that reads its result. As root or
# as any user who may have a user namespace of their own.
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
for view in numbers digits; do
  psql -d "${superuser%/*}/app" -c "SET ROLE app" \
    -c "CREATE MATERIALIZED VIEW $view AS SELECT n FROM generate_series(1, 10) n" -c "CREATE UNIQUE INDEX ON $view (n)"
done

kubectl apply --server-side -f "$root/crds" -f "$root/deploy/rbac.yaml" >/dev/null
kubectl wait --for=condition=Established --timeout=60s crd/materializedviewrefreshes.matview.dev >/dev/null
secret=$folder/train/mounts/database # as the kubelet mounts it
mkdir -p "$secret" "$folder/train/mounts/authority"
for value in user=app password="$password" host=127.0.0.1 port="$(cat "$state/postgresql/port")" dbname=app; do
  printf %s "${value#*=}" >"$secret/${value%%=*}"
done
cp "$state/postgresql/tls/ca.crt" "$secret"
cp "$state/postgresql/tls/ca.crt" "$folder/train/mounts/authority"
kubectl create secret generic database --from-file="$secret" >/dev/null
echo 'spec: {containers: [{name: refresh, image: none}]}' >"$folder/train/pod-template.yaml"
resource() { # name mode-of-execution
  cat <<YAML
---
apiVersion: matview.dev/v1alpha1
kind: MaterializedViewRefresh
metadata: {name: $1, namespace: default}
spec:
  database: {secretRef: {name: database}, tls: {ca: {secretKeyRef: {name: database, key: ca.crt}}}}
  view: {name: $1}
  schedules: ["0 0 1 1 *"]
  immediate: true
  execution: $2
YAML
}
{ resource numbers InOperator; resource digits CronJob; } | kubectl apply -f - >/dev/null
account=$folder/var/run/secrets/kubernetes.io/serviceaccount
kubectl create token matview-operator --namespace matview-system >"$account/token"
kubectl config view --raw -o 'jsonpath={.clusters[0].cluster.certificate-authority-data}' | base64 -d >"$account/ca.crt"
echo -n matview-system >"$account/namespace"
address=$(kubectl config view -o 'jsonpath={.clusters[0].cluster.server}')
port=$("$root/hack/free-port.sh")

env -i MALLOC_ARENA_MAX=2 KUBERNETES_SERVICE_HOST=127.0.0.1 KUBERNETES_SERVICE_PORT="${address##*:}" QUARKUS_HTTP_HOST=127.0.0.1 \
  QUARKUS_HTTP_PORT="$port" MATVIEW_ALLOW_LOOPBACK=true MATVIEW_CRONJOBS_POD_TEMPLATE=/train/pod-template.yaml POD_NAME=training POD_NAMESPACE=matview-system PATH="$PATH" \
  "${inside[@]}" bash -c "$enter" bash "$folder" -XX:AOTMode=record -XX:AOTConfiguration=/train/operator \
  -jar /app/matview-operator.jar >"$state/log" 2>&1 </dev/null &
operator=$!
failed() { echo "the training run failed: $1" >&2; tail -n 20 "$state/log" >&2; exit 1; }
refreshed() { # name
  kubectl wait "matviewrefresh/$1" --for=jsonpath='{.status.lastRefreshStatus}'=Succeeded --timeout=180s >/dev/null || failed "no refresh of $1"
}
refreshed numbers
kubectl wait --for=create pod --selector matview.dev/refresh-uid --timeout=180s >/dev/null || failed "no pod"
pod=$(kubectl get pod --selector matview.dev/refresh-uid -o name)
env -i MATVIEW_REQUEST="$(kubectl get "$pod" -o 'jsonpath={.spec.containers[0].env[?(@.name=="MATVIEW_REQUEST")].value}')" \
  MATVIEW_CREDENTIALS=/train/mounts MATVIEW_TERMINATION_LOG=/train/result PATH="$PATH" \
  "${inside[@]}" bash -c "$enter" bash "$folder" -jar /app/matview-operator.jar refresh >"$state/command" 2>&1 </dev/null ||
  { cat "$state/command" >&2; failed "no refresh by the command"; }
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
kubectl patch "$pod" --subresource=status --type=merge --patch "$(jq -n --arg now "$now" --rawfile message "$folder/train/result" '{status: {phase: "Succeeded",
  containerStatuses: [{name: "refresh", image: "none", imageID: "", ready: false, restartCount: 0,
    state: {terminated: {exitCode: 0, reason: "Completed", startedAt: $now, finishedAt: $now, $message}}}]}}')" >/dev/null
refreshed digits
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
