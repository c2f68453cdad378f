#!/usr/bin/env bash
# Tests the charts and the manifests that are rendered from them: test-chart.sh. Needs no cluster.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd -P)
. "$root/hack/tools/env.sh"
. "$root/hack/cluster/env.sh"
PATH=$TOOLS_BIN:$CLUSTER_BIN:$PATH
unset KUBECONFIG
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
schemas=$(hack/tools/schemas.sh)
failed=0
check() { # what command...: any step of it that fails is a failure (a condition would make the shell blind to all but the last)
  local what=$1 code; shift
  set +e
  (set -e; "$@") >"$work/output" 2>&1
  code=$?
  set -e
  if [ $code = 0 ]; then echo "  $what"; else echo "  $what: FAILED" >&2; cat "$work/output" >&2; failed=1; fi
}

own_schema() { # the definition's, as strict as those of Kubernetes' kinds
  mkdir -p "$work/matview.dev"
  kubectl annotate --local --filename crds --output json matview.dev/read=yes | jq '.spec.versions[0].schema.openAPIV3Schema
    | walk(if type == "object" and (.properties | type) == "object" then .additionalProperties = false else . end)
    | .properties += {apiVersion: {}, kind: {}, metadata: {}}' >"$work/matview.dev/materializedviewrefresh_v1alpha1.json"
}
own_schema

conforms() { # of YAML on stdin; a kind without a schema is an error
  local file='{{ .Group }}/{{ .ResourceKind }}_{{ .ResourceAPIVersion }}.json'
  kubeconform -strict -summary -schema-location "$schemas/$file" -schema-location "$work/$file" >"$work/conforms" || { cat "$work/conforms"; return 1; }
  ! grep ': 0 resources' "$work/conforms"
}
renders() { # chart values-file...
  local chart=$1; shift
  helm template "$(basename "$chart")" "$chart" "${@/#/--values=}" | conforms
}

kustomization_conforms() { kubectl kustomize "$1" | conforms; }

readme_is_current() { # chart: helm-docs writes beside the chart, so it gets a copy
  cp -r "$1" "$work/$(basename "$1")"
  helm-docs --chart-search-root "$work/$(basename "$1")" --sort-values-order file --log-level warning
  diff -u "$1/README.md" "$work/$(basename "$1")/README.md" || { echo "run 'make manifests' and commit the result"; return 1; }
}
manifests_are_current() {
  hack/manifests.sh "$work/deploy"
  local file
  while read -r file; do
    diff -u "deploy/$file" "$work/deploy/$file" || { echo "run 'make manifests' and commit the result"; return 1; }
  done < <(cd "$work/deploy" && find . -type f)
}

objects() { objects_of_files -; } # of YAML on stdin
objects_of_files() { # as one sorted list in JSON, without what says that Helm made them (of a definition: no label)
  kubectl annotate --local --filename "$1" --output json matview.dev/read=yes | jq -S -s 'map(
    del(.metadata.annotations) | walk(if type == "object" then del(."helm.sh/chart", ."app.kubernetes.io/managed-by") else . end)
    | if .kind == "CustomResourceDefinition" then del(.metadata.labels) else . end) | sort_by(.kind, .metadata.name)'
}
overlay_is_the_chart() { # overlay values...
  local overlay=$1; shift
  kubectl kustomize "deploy/overlays/$overlay" | objects | jq 'map(select(.kind != "Namespace"))' >"$work/overlay.json"
  helm template matview-operator helm/matview-operator --namespace matview-system "${@/#/--set=}" | objects >"$work/chart.json"
  [ "$(jq length "$work/chart.json")" -gt 3 ]
  diff -u "$work/chart.json" "$work/overlay.json"
}

samples_are_those_of() { # values of matview-refreshes: the API server has judged the samples
  local what='map(select(.kind == "MaterializedViewRefresh") | {metadata: {name: .metadata.name, namespace: .metadata.namespace}, spec: .spec})'
  objects_of_files deploy/samples | jq "$what" >"$work/samples.json"
  helm template samples helm/matview-refreshes --namespace analytics --values "$1" | objects | jq "$what" >"$work/rendered.json"
  [ "$(jq length "$work/samples.json")" -gt 3 ]
  diff -u "$work/samples.json" "$work/rendered.json"
}

monitoring_is_the_charts() {
  local file
  for file in rules.yaml dashboard.json; do
    diff -u "deploy/monitoring/$file" "helm/matview-operator/files/monitoring/$file" || { echo "run 'make manifests' and commit the result"; return 1; }
  done
}
alerts_fire() { # promtool judges the rules, and runs their tests
  command -v promtool >/dev/null || { echo "promtool is not on the PATH (Debian: prometheus)"; return 1; }
  promtool check rules deploy/monitoring/rules.yaml
  promtool test rules deploy/monitoring/rules_test.yaml
}

rules() { jq -c '.[] | select(.kind | test("Role$")) | .rules[]' | sort; } # of a list of objects
rules_are_those_of_rbac_yaml() {
  objects <deploy/rbac.yaml | rules >"$work/written"
  helm template matview-operator helm/matview-operator --show-only templates/rbac.yaml --set replicas=2,cronJobs.enabled=true |
    objects | rules >"$work/most"
  [ -s "$work/most" ]
  diff "$work/written" "$work/most"
}

for chart in helm/*/; do
  chart=${chart%/}
  echo "$chart"
  check "helm lint" helm lint --strict "$chart"
  check "helm-unittest" helm-unittest --strict "$chart"
  [ "$chart" = helm/matview-refreshes ] || check "kubeconform" renders "$chart" # without values it renders nothing
  for values in "$chart"/tests/values/*.yaml; do
    check "helm lint, $(basename "$values")" helm lint --strict "$chart" --values "$values"
    check "kubeconform, $(basename "$values")" renders "$chart" "$values"
  done
  check "README.md is that of values.yaml" readme_is_current "$chart"
done
check "matview-refreshes renders the samples of deploy" samples_are_those_of helm/matview-refreshes/tests/values/samples.yaml
echo "deploy"
check "the manifests are those of the chart" manifests_are_current
check "the overlay cluster-wide is the chart as it is" overlay_is_the_chart cluster-wide
check "the overlay namespaced is the chart for its own namespace" overlay_is_the_chart namespaced 'watch.namespaces={matview-system}' crds.create=false
check "the chart's rules are those of rbac.yaml" rules_are_those_of_rbac_yaml
check "the chart's alerts and dashboard are those of monitoring" monitoring_is_the_charts
check "promtool, monitoring" alerts_fire
for folder in base admin overlays/cluster-wide overlays/namespaced; do
  check "kubeconform, $folder" kustomization_conforms "deploy/$folder"
done
exit "$failed"
