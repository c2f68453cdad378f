#!/usr/bin/env bash
# Writes the image's SBOM (CycloneDX) to target/: sbom.sh JDK-FOLDER LIST-OF-SHARED-LIBRARIES
# Maven's plugin lists the jars; the Java runtime and the Debian packages of the shared libraries are added.
set -euo pipefail
. "$(dirname "$0")/source.sh"
jdk=$1 libraries=$2
export JAVA_HOME=$jdk
sbom=$root/target/matview-operator-$version-sbom.json
(cd "$root" && mvn -B -ntp -q org.cyclonedx:cyclonedx-maven-plugin:2.9.1:makeBom -DoutputFormat=json -DschemaVersion=1.6 \
  -DincludeTestScope=false -DincludeProvidedScope=false -DincludeSystemScope=false -DoutputReactorProjects=false \
  -DoutputDirectory="$root/target/image" -DoutputName=jars)

value() { sed -n "s/^$1=\"\(.*\)\"$/\1/p" "$jdk/release"; }
packages() { # name version architecture of each library's package; nothing where dpkg does not know it
  local library
  [ ! -e "$jdk/libc/packages" ] || { cat "$jdk/libc/packages"; return; }
  while read -r library; do
    dpkg-query -S "$library" "$(realpath "$library")" 2>/dev/null | head -n 1 | cut -d : -f 1 || true
  done <"$libraries" | sort -u | xargs -r dpkg-query -W -f '${Package} ${Version} ${Architecture}\n'
}
jq --arg java "$(value JAVA_RUNTIME_VERSION)" --arg vendor "$(value IMPLEMENTOR)" --arg packages "$(packages)" '
  .components += [{type: "platform", "bom-ref": "java", publisher: $vendor, name: "openjdk", version: $java,
                   purl: ("pkg:generic/openjdk@" + ($java | @uri))}]
  | .components += [$packages | split("\n")[] | select(. != "") | split(" ") | {name: .[0], version: .[1], architecture: .[2]}
      | {type: "library", "bom-ref": .name, name, version, purl: "pkg:deb/debian/\(.name)@\(.version | @uri)?arch=\(.architecture)"}]' \
  "$root/target/image/jars.json" >"$sbom.new"
mv "$sbom.new" "$sbom"
