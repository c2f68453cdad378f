#!/usr/bin/env bash
# Builds this source once more in another folder and compares each layer's digest with those of target/: reproducible.sh
# The AOT cache is left out: no two runs of a JVM write the same one.
set -euo pipefail
. "$(dirname "$0")/source.sh"
work=$(mktemp -d "${TMPDIR:-/tmp}/matview-again.XXXXXX")
trap 'rm -rf "$work"' EXIT
git -C "$root" ls-files -z --cached --others --exclude-standard | tar -C "$root" --null -T - -c | tar -C "$work" -x
export SOURCE_DATE_EPOCH=$epoch MATVIEW_IMAGE_CACHE=none
"$work/hack/image/jar.sh" "$work/target/operator.jar"
"$work/hack/image/build.sh" "$work/target/operator.jar" >/dev/null
diff <(grep -v '^cache ' "$root/target/image/layers") "$work/target/image/layers" ||
  { echo "the same source gave other layers" >&2; exit 1; }
diff <(jq 'del(.serialNumber, .metadata.timestamp)' "$root/target/matview-operator-$version-sbom.json") \
  <(jq 'del(.serialNumber, .metadata.timestamp)' "$work/target/matview-operator-$version-sbom.json")
echo "Built again in another folder: the same layers."
