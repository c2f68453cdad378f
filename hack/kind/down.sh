#!/usr/bin/env bash
# Deletes a Kind cluster that up.sh created: down.sh NAME KUBECONFIG
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/../cluster/env.sh"
"$here/docker.sh" running || exit 0
DOCKER_HOST=$("$here/docker.sh")
export DOCKER_HOST
"$CLUSTER_BIN/kind" delete cluster --quiet --name "$1" --kubeconfig "$2"
rm -f "$2"
