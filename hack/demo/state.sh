# Where the demo of this clone keeps its state. Outside target/, so that a build or `make clean` leaves a running demo alone.
# Sourced by the scripts beside this file. MATVIEW_DEMO_STATE chooses another folder.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
state=${MATVIEW_DEMO_STATE:-${TMPDIR:-/tmp}/matview-demo-$(id -u)-$(cksum <<<"$root" | cut -d ' ' -f 1)}
demo_mark=.matview-demo # stands in the state folder: only a folder with it is ever removed
export CLUSTER_RUN=$state/cluster
. "$root/hack/cluster/env.sh"
namespace=analytics

operator_pid() { # prints the process id of this demo's operator, if it runs (and is still that program)
  local pid
  pid=$(cat "$state/operator.pid" 2>/dev/null) && [ -n "$pid" ] || return 1
  case $(ps -ww -o args= -p "$pid" 2>/dev/null) in *"$state/operator.jar"*) echo "$pid" ;; *) return 1 ;; esac
}

end_operator() {
  local pid
  pid=$(operator_pid) || return 0
  kill "$pid" 2>/dev/null
  for _ in $(seq 100); do operator_pid >/dev/null || return 0; sleep 0.1; done
  kill -9 "$pid" 2>/dev/null
}
