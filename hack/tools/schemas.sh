#!/usr/bin/env bash
# Prints a folder with a JSON schema for each kind of the Kubernetes version that the tests run, made once from Kubernetes' own
# description of its API (in its Go module), as strict as kubectl: a field that does not exist is an error.
set -euo pipefail
. "$(dirname "$0")/env.sh"
. "$tools_here/../cluster/env.sh"
schemas=$TOOLS_BIN/schemas-$kubernetes_version
if [ ! -d "$schemas" ]; then
  command -v jq >/dev/null || { echo "jq is needed (Debian: jq)" >&2; exit 1; }
  cd "$cluster_here/kube"
  go mod download k8s.io/kubernetes
  api=$(go list -m -f '{{.Dir}}' k8s.io/kubernetes)/api/openapi-spec/swagger.json
  partial=$(mktemp -d "$TOOLS_BIN/.schemas.XXXXXX")
  trap 'rm -rf "$partial"' EXIT
  jq -c '{definitions: (.definitions
    | walk(if type == "object" and .format? == "int-or-string" then {type: ["string", "integer"]} else . end)
    | map_values(if has("properties") then .additionalProperties = false else . end)
    | ."io.k8s.apimachinery.pkg.api.resource.Quantity".type = ["string", "number"])}' "$api" >"$partial/definitions.json"
  jq -r '.definitions | to_entries[] | .key as $name | .value["x-kubernetes-group-version-kind"]? // [] | if length == 1 then .[] else empty end
    | [.group, (.kind | ascii_downcase), .version, $name] | join("|")' "$api" | while IFS='|' read -r group kind version name; do
    group=${group:-$version} # where kubeconform looks for those without a group
    mkdir -p "$partial/$group"
    printf '{"$ref": "../definitions.json#/definitions/%s"}\n' "$name" >"$partial/$group/${kind}_$version.json"
  done
  mv "$partial" "$schemas"
fi
echo "$schemas"
