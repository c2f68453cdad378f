#!/usr/bin/env bash
# Starts etcd, kube-apiserver and kube-controller-manager as plain processes: up.sh. No root, no Docker.
# CronJobs get Jobs, Jobs get Pods, owners are garbage collected; nothing runs the Pods.
# The admin's kubeconfig is $CLUSTER_RUN/kubeconfig; no other kubeconfig is read or written.
# Run again, it leaves a cluster that is up as it is, and clears away one that is not.
set -euo pipefail
. "$(dirname "$0")/env.sh"

if [ -e "$CLUSTER_RUN/$cluster_mark" ]; then
  CLUSTER_RUN=$(cd "$CLUSTER_RUN" && pwd -P)
  cluster_is_up && { echo "already up: export KUBECONFIG=$CLUSTER_RUN/kubeconfig"; exit 0; }
  "$cluster_here/down.sh"
elif [ -n "$(ls -A "$CLUSTER_RUN" 2>/dev/null)" ]; then
  echo "$CLUSTER_RUN holds something else than a cluster's state; choose another CLUSTER_RUN" >&2
  exit 1
fi
for program in etcd kube-apiserver kube-controller-manager kubectl; do
  [ -x "$CLUSTER_BIN/$program" ] || { echo "$program is not built yet: run $cluster_here/build.sh" >&2; exit 1; }
done
command -v openssl >/dev/null || { echo "openssl is needed for the cluster's certificates" >&2; exit 1; }

umask 077
mkdir -p "$CLUSTER_RUN"
CLUSTER_RUN=$(cd "$CLUSTER_RUN" && pwd -P)
export CLUSTER_RUN
cd "$CLUSTER_RUN"
touch "$cluster_mark"
mkdir -p pki log

port=${CLUSTER_PORT:-$("$cluster_here/../free-port.sh")}

issue() { # name subject [subject-alternative-names]
  openssl req -newkey rsa:2048 -nodes -subj "$2" -keyout "pki/$1.key" -out "pki/$1.csr" 2>/dev/null
  openssl x509 -req -in "pki/$1.csr" -CA pki/ca.crt -CAkey pki/ca.key -CAcreateserial -days 365 -out "pki/$1.crt" \
    ${3:+-extfile <(echo "subjectAltName=$3")} 2>/dev/null
}
base64_of() { openssl base64 -A -in "$1"; }
kubeconfig() { # user file
  cat >"$2" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: local, cluster: {server: "https://127.0.0.1:$port", certificate-authority-data: $(base64_of pki/ca.crt)}}]
users: [{name: "$1", user: {client-certificate-data: $(base64_of "pki/$1.crt"), client-key-data: $(base64_of "pki/$1.key")}}]
contexts: [{name: local, context: {cluster: local, user: "$1"}}]
current-context: local
YAML
}
openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN=matview-cluster -keyout pki/ca.key -out pki/ca.crt 2>/dev/null
openssl genrsa -out pki/sa.key 2048 2>/dev/null
openssl rsa -in pki/sa.key -pubout -out pki/sa.pub 2>/dev/null
issue apiserver /CN=kube-apiserver "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:localhost,IP:127.0.0.1,IP:10.96.0.1"
issue admin /O=system:masters/CN=admin;       kubeconfig admin kubeconfig
issue kcm /CN=system:kube-controller-manager; kubeconfig kcm kcm.kubeconfig

failed() { # what
  echo "$1; the last lines of $CLUSTER_RUN/log:" >&2
  tail -n 5 "$CLUSTER_RUN"/log/*.log >&2 || true
  KEEP_STATE=1 "$cluster_here/down.sh"   # ends what was started, keeps the logs
  exit 1
}
# A session of its own: Ctrl-C in the terminal that started the cluster does not end it.
own_session=(nohup); ! command -v setsid >/dev/null || own_session=(setsid)
start() { # name program arguments...
  local name=$1 program=$2; shift 2
  "${own_session[@]}" "$CLUSTER_BIN/$program" "$@" >"log/$name.log" 2>&1 </dev/null &
  echo $! >"$name.pid"
}
until_true() { # seconds name command...
  local end=$((SECONDS + $1)) name=$2; shift 2
  until "$@" >/dev/null 2>&1; do
    kill -0 "$(cat "$name.pid")" 2>/dev/null || failed "$name ended"
    [ $SECONDS -lt "$end" ] || failed "$name is not ready"
    sleep 0.2
  done
}

# etcd listens on sockets in this folder, so that nobody else on the machine reaches it.
start etcd etcd --data-dir "$CLUSTER_RUN/etcd" --unsafe-no-fsync --log-level warn \
  --listen-client-urls unix://etcd:0 --advertise-client-urls unix://etcd:0 \
  --listen-peer-urls unix://peer:0 --initial-advertise-peer-urls unix://peer:0 --initial-cluster default=unix://peer:0
audit=()
if [ -n "${CLUSTER_AUDIT:-}" ]; then # who asked for what, and what the answer was; nothing of the content
  cat >audit-policy.yaml <<'YAML'
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - {level: None, users: ["system:apiserver", "system:kube-controller-manager"]}
  - {level: None, userGroups: ["system:serviceaccounts"]}
  - {level: Metadata}
YAML
  audit=(--audit-policy-file=audit-policy.yaml --audit-log-path=log/audit.log)
fi
# The advertised address is one from the documentation's range: no Pod runs, so nothing ever connects to it.
start apiserver kube-apiserver --etcd-servers=unix://etcd:0 --bind-address=127.0.0.1 --secure-port="$port" \
  --advertise-address=192.0.2.1 --endpoint-reconciler-type=none --cert-dir="$CLUSTER_RUN/pki" \
  --tls-cert-file=pki/apiserver.crt --tls-private-key-file=pki/apiserver.key --client-ca-file=pki/ca.crt \
  --authorization-mode=Node,RBAC --service-cluster-ip-range=10.96.0.0/16 --service-account-issuer=https://kubernetes.default.svc \
  --service-account-key-file=pki/sa.pub --service-account-signing-key-file=pki/sa.key \
  ${audit[@]+"${audit[@]}"}
until_true 90 apiserver cluster_kubectl get --raw /readyz
start kcm kube-controller-manager --kubeconfig="$CLUSTER_RUN/kcm.kubeconfig" --use-service-account-credentials --leader-elect=false \
  --secure-port=0 --service-account-private-key-file=pki/sa.key --root-ca-file=pki/ca.crt \
  --cluster-signing-cert-file=pki/ca.crt --cluster-signing-key-file=pki/ca.key
until_true 60 kcm cluster_kubectl get serviceaccount default
echo "up in $SECONDS s: export KUBECONFIG=$CLUSTER_RUN/kubeconfig"
