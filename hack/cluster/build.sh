#!/usr/bin/env bash
# Builds Kubernetes from its Go modules: build.sh [control-plane|node|kind]...   (default: control-plane)
#   control-plane  etcd, kube-apiserver, kube-controller-manager, kubectl; about 6 minutes on 2 cores, downloads included
#   node           what a node of ../kind needs beside them; 4 minutes more
#   kind           kind; seconds
# A binary that is there already is kept.
set -euo pipefail
. "$(dirname "$0")/env.sh"

[ $# -gt 0 ] || set -- control-plane
programs=()
for part; do
  case $part in
    control-plane) programs+=(etcd kube-apiserver kube-controller-manager kubectl) ;;
    node) programs+=(kube-scheduler kubelet kube-proxy kubeadm coredns) ;;
    kind) programs+=(kind) ;;
    *) echo "unknown part: $part (control-plane, node or kind)" >&2; exit 2 ;;
  esac
done
missing=()
for program in "${programs[@]}"; do
  [ -x "$CLUSTER_BIN/$program" ] || missing+=("$program")
done
[ ${#missing[@]} -gt 0 ] || exit 0
command -v go >/dev/null || { echo "Go is needed to build ${missing[*]}: install Go 1.26 or newer" >&2; exit 1; }
mkdir -p "$CLUSTER_BIN"
export CGO_ENABLED=0

minor=${kubernetes_version#v1.}; minor=${minor%%.*}
stamp="-s -w"   # an unstamped binary reports v0.0.0 and breaks every version check
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  stamp+=" -X $package.gitVersion=$kubernetes_version -X $package.gitMajor=1 -X $package.gitMinor=$minor"
  stamp+=" -X $package.gitTreeState=archive -X $package.buildDate=1970-01-01T00:00:00Z"
done

progress() { # what: counts the compiler's lines, says every 15 seconds how far it is, and shows what is no package's name
  local line packages=0 modules=0 started=$SECONDS next=$((SECONDS + 15))
  while IFS= read -r line; do
    case $line in
      "go: downloading "*) modules=$((modules + 1)) ;;
      "#"* | *" "*) echo "$line" >&2 ;;
      *) packages=$((packages + 1)) ;;
    esac
    [ $SECONDS -lt $next ] && continue
    next=$((SECONDS + 15))
    echo "  $1: $((SECONDS - started)) s, $modules modules downloaded, $packages packages compiled"
  done
  echo "  $1: $((SECONDS - started)) s"
}

echo "building Kubernetes $kubernetes_version (${missing[*]}) into $CLUSTER_BIN, once"
for program in "${missing[@]}"; do
  case $program in
    etcd) module=kube package=go.etcd.io/etcd/server/v3 flags="-s -w" ;;
    coredns) module=../kind/dns package=github.com/coredns/coredns flags="-s -w" ;;
    kind) module=../kind/kind package=sigs.k8s.io/kind flags="-s -w" ;;
    *) module=kube package=k8s.io/kubernetes/cmd/$program flags=$stamp ;;
  esac
  partial=$CLUSTER_BIN/.$program.$$   # renamed when whole: an interrupted build leaves nothing that looks built
  trap 'rm -f "$partial"' EXIT
  (cd "$cluster_here/$module" && go build -v -trimpath -ldflags "$flags" -o "$partial" "$package") 2>&1 | progress "$program"
  mv "$partial" "$CLUSTER_BIN/$program"
done
