#!/usr/bin/env bash
# Ends the demo: operator, cluster and database, and removes their state.
set -uo pipefail
. "$(dirname "$0")/state.sh"
[ -e "$state/$demo_mark" ] || { echo "no demo is running"; exit 0; }
end_operator
"$root/hack/cluster/down.sh"
[ ! -e "$state/postgresql" ] || "$root/hack/postgres/server.sh" down "$state/postgresql" || exit 1
rm -rf "$state"
echo "the demo is ended, its state removed"
