#!/usr/bin/env bash
# Holds the image of build.sh to its word, without Docker: check.sh
set -euo pipefail
. "$(dirname "$0")/source.sh"
archive=$root/target/matview-operator-$version-image.tar
sbom=$root/target/matview-operator-$version-sbom.json
work=$(mktemp -d "${TMPDIR:-/tmp}/matview-image.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/archive" "$work/root"
tar -C "$work/archive" -xf "$archive"
config=$work/archive/$(jq -r '.[0].Config' "$work/archive/manifest.json")

passed=0
holds() { # sentence command...
  local sentence=$1; shift
  "$@" || { echo "does not hold: $sentence" >&2; exit 1; }
  passed=$((passed + 1))
}
says() { jq -e "$2" "$1" >/dev/null; } # file jq-filter
nothing() { # command...: prints nothing
  local found
  found=$("$@") && [ -z "$found" ] || { head -n 5 <<<"$found" >&2; return 1; }
}

digests_are_right() {
  local layer
  [ "$(sha256sum "$config" | cut -d ' ' -f 1).json" = "$(basename "$config")" ] || return 1
  while read -r layer; do
    sha256sum "$work/archive/${layer#sha256:}.tar" | grep -q "^${layer#sha256:} " || return 1
    tar -C "$work/root" -xf "$work/archive/${layer#sha256:}.tar" || return 1
  done < <(jq -r '.rootfs.diff_ids[]' "$config")
}
unpacked_is_small() { [ "$(du -sb --apparent-size "$work/root" | cut -f 1)" -le 260000000 ]; }
compressed_is_small() { [ "$(cat "$work"/archive/*.tar | gzip -6 | wc -c)" -le 100000000 ]; }
programs() { # prints every program but the runtime's own
  find "$work/root" -type f -perm /111 ! -name '*.so' ! -name '*.so.*' ! -path "$work/root/opt/java/bin/java"
}
of_one_time() { # prints what has another time than the commit's
  local layer
  for layer in "$work"/archive/*.tar; do
    tar --utc --full-time -tvf "$layer" | awk -v time="$(date -u -d "@$epoch" '+%Y-%m-%d %H:%M:%S')" '$4 " " $5 != time || $2 != "0/0"'
  done
}
starts() { # with nothing writable but /tmp, as the user of the image, and only if the AOT cache fits
  local cache inside=(unshare --mount)
  cache=$(jq -r '.config.Entrypoint[] | select(startswith("-XX:AOTCache="))' "$config")
  [ "$(id -u)" = 0 ] || inside+=(--map-root-user)
  mkdir -p "$work/root/proc" && chmod 755 "$work" "$work/root"
  "${inside[@]}" bash -ec 'mount --bind "$1" "$1"; mount --rbind /proc "$1/proc"; mount -t tmpfs tmpfs "$1/tmp"; mount -o remount,bind,ro "$1"
    exec chroot ${2:+--userspec=65532:65532 --groups=} "$1" /opt/java/bin/java @/app/jvm.options ${3:+"$3" -XX:AOTMode=on} -cp /app/matview-operator.jar -version' \
    bash "$work/root" "$([ "$(id -u)" != 0 ] || echo root)" "$cache" >"$work/log" 2>&1 || { cat "$work/log" >&2; return 1; }
}

holds "its name is $image" says "$work/archive/manifest.json" ".[0].RepoTags == [\"$image\"]"
holds "every digest is its content's" digests_are_right
holds "it runs as a user that is not root" says "$config" '.config.User == "65532:65532"'
holds "its labels are those of the OCI" says "$config" ".config.Labels | .\"org.opencontainers.image.version\" == \"$version\"
  and .\"org.opencontainers.image.revision\" == \"$revision\" and .\"org.opencontainers.image.licenses\" == \"Apache-2.0\"
  and has(\"org.opencontainers.image.created\") and has(\"org.opencontainers.image.title\") and has(\"org.opencontainers.image.description\")"
holds "it has no shell and no program but Java" nothing programs
holds "nothing in it is writable but /tmp" nothing find "$work/root" ! -type l -perm /022 ! -path "$work/root/tmp"
holds "nothing in it gains rights" nothing find "$work/root" -perm /6000
holds "everything is root's and of the commit's time" nothing of_one_time
holds "unpacked, it has at most 260 MB" unpacked_is_small
holds "compressed, it has at most 100 MB" compressed_is_small
holds "it starts read-only with its AOT cache" starts
holds "its SBOM has the program, the runtime and the C library" says "$sbom" '[.components[].purl] as $parts | .bomFormat == "CycloneDX"
  and .metadata.component.version == "'"$version"'" and any($parts[]; startswith("pkg:maven/org.postgresql/postgresql@"))
  and any($parts[]; contains("/openjdk@")) and '"$(command -v dpkg-query >/dev/null && echo 'any($parts[]; contains("/libc6@"))' || echo true)"' and all($parts[]; contains("junit") | not)'
echo "The image holds: $passed checks, sha256:$(basename "$config" .json)"
