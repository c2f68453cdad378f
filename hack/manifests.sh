#!/usr/bin/env bash
# Renders the manifests of deploy/ from the chart, and the charts' README.md from their values; copies alerts and dashboard into the chart: manifests.sh
# manifests.sh FOLDER writes the manifests there, and nothing else. The kustomizations beside the manifests are written by hand.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd -P)
. "$root/hack/tools/env.sh"
to=${1:-$root/deploy}
# A chart reads no file outside of its folder.
[ $# -gt 0 ] || cp "$root"/deploy/monitoring/{rules.yaml,dashboard.json} "$root/helm/matview-operator/files/monitoring/"

render() { # file values... -- templates...
  local file=$1 values=() templates=(); shift
  while [ "$1" != -- ]; do values+=(--set "$1"); shift; done; shift
  for template in "$@"; do templates+=(--show-only "templates/$template.yaml"); done
  mkdir -p "$(dirname "$to/$file")"
  { echo "# Rendered from helm/matview-operator by 'make manifests'; an edit here is lost."
    "$TOOLS_BIN/helm" template matview-operator "$root/helm/matview-operator" --namespace matview-system "${values[@]}" "${templates[@]}" |
      sed -e '/^# Source: /d' -e '/^ *helm.sh\/chart: /d' -e '/^ *app.kubernetes.io\/managed-by: Helm$/d' |
      awk '/^---$/ { open = 1; next } /^$/ { next } open { if (NR > 2) print "---"; open = 0 } { print }'; } >"$to/$file"
}
render base/operator.yaml -- serviceaccount deployment
render admin/roles-for-people.yaml -- people
render admin/admission-policy.yaml -- admissionpolicy
render overlays/cluster-wide/rbac.yaml -- rbac
render overlays/namespaced/rbac.yaml watch.namespaces="{matview-system}" -- rbac
render monitoring/prometheusrule.yaml metrics.prometheusRule.enabled=true -- metrics

[ $# -gt 0 ] || "$TOOLS_BIN/helm-docs" --chart-search-root "$root/helm" --sort-values-order file --log-level warning
