# Where the binaries and one cluster's state are. Sourced by the scripts beside this file.
#   CLUSTER_BIN        the binaries; default: the user's cache, one folder for each version of Kubernetes
#   CLUSTER_RUN        one cluster's state; another folder is another cluster, and any number run side by side
#   CLUSTER_PORT       of the API server, on loopback; default: a free one
#   CLUSTER_AUDIT      not empty: the API server writes $CLUSTER_RUN/log/audit.log
cluster_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
kubernetes_version=$(awk '$1 == "k8s.io/kubernetes" && $2 ~ /^v/ { print $2; exit }' "$cluster_here/kube/go.mod")
: "${CLUSTER_BIN:=${XDG_CACHE_HOME:-$HOME/.cache}/matview-cluster/$kubernetes_version}"
: "${CLUSTER_RUN:=${XDG_RUNTIME_DIR:-/tmp}/matview-cluster-$(id -u)}"
cluster_mark=.matview-cluster # stands in a state folder: only a folder with it is ever removed

cluster_pid() { # name: prints the process id of this cluster's component, if it runs (and is still that program)
  local pid command
  pid=$(cat "$CLUSTER_RUN/$1.pid" 2>/dev/null) && [ -n "$pid" ] || return 1
  command=$(ps -ww -o args= -p "$pid" 2>/dev/null) || return 1
  case $command in *"$CLUSTER_RUN/"*) echo "$pid" ;; *) return 1 ;; esac
}

cluster_kubectl() { "$CLUSTER_BIN/kubectl" --kubeconfig="$CLUSTER_RUN/kubeconfig" "$@"; }

cluster_is_up() { cluster_pid etcd && cluster_pid apiserver && cluster_pid kcm && cluster_kubectl get --raw /readyz; } >/dev/null 2>&1
