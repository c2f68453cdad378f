#!/usr/bin/env bash
# Prints export lines for the running demo: eval "$(make -s demo-env)"
set -euo pipefail
. "$(dirname "$0")/state.sh"
[ -e "$state/database-url" ] && [ -e "$CLUSTER_RUN/kubeconfig" ] || { echo "the demo is not running: make demo" >&2; exit 1; }
line() { printf "export %s='%s'\n" "$1" "${2//\'/\'\\\'\'}"; }
line KUBECONFIG "$CLUSTER_RUN/kubeconfig"
line DATABASE_URL "$(cat "$state/database-url")"
# kubectl matview; and the kubectl that was built for the demo, for who has none.
path=$PATH
case :$path: in *":$root/deploy/kubectl:"*) ;; *) path+=:$root/deploy/kubectl ;; esac
command -v kubectl >/dev/null || path+=:$CLUSTER_BIN
line PATH "$path"
