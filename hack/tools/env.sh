# Where helm, helm-unittest, kubeconform and helm-docs are. Sourced by the scripts that use them.
#   TOOLS_BIN   the binaries; default: the user's cache, one folder for each state of go.mod
tools_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
: "${TOOLS_BIN:=${XDG_CACHE_HOME:-$HOME/.cache}/matview-tools/$(cksum <"$tools_here/go.sum" | cut -d ' ' -f 1)}"
