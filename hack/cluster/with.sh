#!/usr/bin/env bash
# Runs a command against a cluster of its own, which is ended afterwards: with.sh COMMAND...
# The command finds the admin's kubeconfig in MATVIEW_TEST_KUBECONFIG; KUBECONFIG is not set.
set -euo pipefail
. "$(dirname "$0")/env.sh"
"$cluster_here/build.sh" control-plane
CLUSTER_RUN=$(mktemp -d "${TMPDIR:-/tmp}/matview-cluster.XXXXXX")
export CLUSTER_RUN
end() { "$cluster_here/down.sh"; rm -rf "$CLUSTER_RUN"; }
trap end EXIT
CLUSTER_AUDIT=1 "$cluster_here/up.sh"
unset KUBECONFIG
MATVIEW_TEST_KUBECONFIG=$CLUSTER_RUN/kubeconfig "$@" &
command=$!
trap 'kill "$command"; wait "$command"; exit 130' INT TERM # the command ends first, then its cluster
wait "$command"
