#!/usr/bin/env bash
# Creates a Kind cluster: up.sh NAME KUBECONFIG [IMAGE-ARCHIVE...]. No other kubeconfig is read or written.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/../cluster/env.sh"
name=$1 kubeconfig=$2
shift 2
"$here/../cluster/build.sh" control-plane kind
DOCKER_HOST=$("$here/docker.sh")
export DOCKER_HOST KUBECONFIG=$kubeconfig
kind=$CLUSTER_BIN/kind
node=$("$here/node-image.sh")
case $node in
  localhost/*) config=$here/kind.yaml ;;
  *) config=$here/official.yaml ;;
esac
"$kind" create cluster --quiet --name "$name" --image "$node" --config "$config" --kubeconfig "$kubeconfig" --wait 180s
for archive; do "$kind" load image-archive --name "$name" "$archive" >/dev/null; done
