#!/usr/bin/env bash
# Ends the cluster that up.sh started, and removes its state. Takes at most 15 seconds; ends only this cluster's processes.
# KEEP_STATE=1 keeps the state folder with its logs.
set -uo pipefail
. "$(dirname "$0")/env.sh"
[ -e "$CLUSTER_RUN/$cluster_mark" ] || exit 0
CLUSTER_RUN=$(cd "$CLUSTER_RUN" && pwd -P)
for name in kcm apiserver etcd; do
  pid=$(cluster_pid "$name") || continue
  kill "$pid" 2>/dev/null
  for _ in $(seq 50); do cluster_pid "$name" >/dev/null || continue 2; sleep 0.1; done
  kill -9 "$pid" 2>/dev/null
done
[ -n "${KEEP_STATE:-}" ] || rm -rf "$CLUSTER_RUN"
