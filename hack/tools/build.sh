#!/usr/bin/env bash
# Builds helm, helm-unittest, kubeconform and helm-docs from their Go modules: build.sh
# A binary that is there already is kept; the first time takes about 4 minutes on 2 cores, downloads included.
set -euo pipefail
. "$(dirname "$0")/env.sh"

missing=()
for program in helm helm-unittest kubeconform helm-docs; do
  [ -x "$TOOLS_BIN/$program" ] || missing+=("$program")
done
[ ${#missing[@]} -gt 0 ] || exit 0
command -v go >/dev/null || { echo "Go is needed to build ${missing[*]}: install Go 1.26 or newer" >&2; exit 1; }
mkdir -p "$TOOLS_BIN"
export CGO_ENABLED=0

version_of() { (cd "$tools_here" && go list -m -f '{{.Version}}' "$1"); }

echo "building ${missing[*]} into $TOOLS_BIN, once"
for program in "${missing[@]}"; do
  started=$SECONDS flags="-s -w"
  case $program in
    helm) # an unstamped helm takes itself for an unreleased one
      package=helm.sh/helm/v4/cmd/helm
      flags+=" -X helm.sh/helm/v4/internal/version.version=$(version_of helm.sh/helm/v4)" ;;
    helm-unittest) package=github.com/helm-unittest/helm-unittest/cmd/helm-unittest ;;
    kubeconform) package=github.com/yannh/kubeconform/cmd/kubeconform ;;
    helm-docs) # its version stands in what it generates
      package=github.com/norwoodj/helm-docs/cmd/helm-docs
      flags+=" -X main.version=$(version_of github.com/norwoodj/helm-docs)" ;;
  esac
  partial=$TOOLS_BIN/.$program.$$   # renamed when whole: an interrupted build leaves nothing that looks built
  trap 'rm -f "$partial"' EXIT
  (cd "$tools_here" && go build -trimpath -ldflags "$flags" -o "$partial" "$package")
  mv "$partial" "$TOOLS_BIN/$program"
  echo "  $program: $((SECONDS - started)) s"
done
