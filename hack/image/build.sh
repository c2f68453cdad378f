#!/usr/bin/env bash
# Builds the container image without Docker, for Linux and this machine's architecture: build.sh OPERATOR.JAR. Writes to target/:
#   matview-operator-<version>-image.tar  for docker load, ctr images import, kind load image-archive
#   matview-operator-<version>-sbom.json  what is in it (CycloneDX)
#   image/layers                          the digest of each layer
# The image has a Java runtime of its own, the shared libraries that it needs, and no shell. Everything but the AOT cache
# is the same each time that the same source is built with the same JDK and C library. MATVIEW_IMAGE_CACHE=none builds
# without the cache: all of that image is the same, and it starts a second later.
set -euo pipefail
. "$(dirname "$0")/source.sh"
jar=$(realpath "$1")
jdk=$("$root/hack/jdk.sh")
work=$root/target/image
archive=$root/target/matview-operator-$version-image.tar
for program in jq unshare; do
  command -v $program >/dev/null || { echo "$program is needed (Debian: jq, util-linux)" >&2; exit 1; }
done
case $(uname -m) in
  x86_64) architecture=amd64 loader=/lib64/ld-linux-x86-64.so.2 ;;
  aarch64) architecture=arm64 loader=/lib/ld-linux-aarch64.so.1 ;;
  *) echo "no image for $(uname -m)" >&2; exit 1 ;;
esac
umask 022
rm -rf "$work"
mkdir -p "$work"/{system,java,app,archive}

# What the classes name (jdeps), and what is found by name at run time: DNS, TLS curves, agents, zip file systems.
# java.desktop and jdk.compiler are named as well, by parts of libraries (beans, annotation processors) that never run.
modules=java.base,java.instrument,java.logging,java.management,java.naming,java.net.http,java.security.jgss,java.sql
modules+=,jdk.crypto.ec,jdk.management,jdk.naming.dns,jdk.net,jdk.unsupported,jdk.zipfs
java_home=$work/java/opt/java
mkdir -p "$work/java/opt"
"$jdk/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --compress zip-0 --output "$java_home"
find "$java_home/bin" -type f ! -name java -delete
rm -f "$java_home"/lib/{jrt-fs.jar,jexec,jspawnhelper}
authorities=/usr/share/ca-certificates/mozilla
if [ -d "$authorities" ]; then # else those that the JDK came with
  "$jdk/bin/java" -Dkeystore.pkcs12.certProtectionAlgorithm=NONE -Dkeystore.pkcs12.macAlgorithm=NONE \
    "$here/Authorities.java" "$authorities" "$java_home/lib/security/cacerts"
fi

# The C library that the JDK runs with: the machine's, unless the JDK brings one along.
libraries=$jdk/libc
[ -e "$libraries/$(basename "$loader")" ] || libraries=
from=${libraries:+$libraries/$(basename "$loader")}
from=${from:-$loader}
find "$java_home" -type f \( -name '*.so' -o -path '*/bin/java' \) | while read -r binary; do
  "$from" --library-path "$java_home/lib:$java_home/lib/server${libraries:+:$libraries}" --list "$binary"
done | awk '$2 == "=>" { print $3 }' | grep -v "^$work" | sort -u >"$work/libraries"
install -D -m 755 "$from" "$work/system$loader"
while read -r library; do
  case $library in
    *"/$(basename "$loader")") ;;
    "$jdk"/*) install -D -m 755 "$library" "$work/system/lib/$(uname -m)-linux-gnu/$(basename "$library")" ;;
    *) install -D -m 755 "$library" "$work/system$library" ;;
  esac
done <"$work/libraries"
mkdir -p "$work/system"/{etc,tmp}
chmod 1777 "$work/system/tmp"
echo "nonroot:x:65532:65532:nonroot:/tmp:/sbin/nologin" >"$work/system/etc/passwd"
echo "nonroot:x:65532:" >"$work/system/etc/group"
echo "hosts: files dns" >"$work/system/etc/nsswitch.conf"

install -D -m 644 "$jar" "$work/app/app/matview-operator.jar"
install -m 644 "$root/deploy/jvm.options" "$root/LICENSE" "$work/app/app/"

# The cache holds the time and the size of the jar and of the runtime's modules, so these are final before it is made.
layers=(system java app)
find "$work"/{system,java,app} -exec touch -h -d "@$epoch" {} +
cache=/app/matview-operator.aot
if [ "${MATVIEW_IMAGE_CACHE:-}" = none ]; then
  cache=
else
  layers+=(cache)
  mkdir -p "$work/root" "$work/cache/app"
  for layer in system java app; do cp -a "$work/$layer/." "$work/root/"; done
  "$here/train.sh" "$work/root" "$work/cache$cache"
  chmod 644 "$work/cache$cache"
fi

digest() { sha256sum "$1" | cut -d ' ' -f 1; }
: >"$work/layers"
for layer in "${layers[@]}"; do
  tar -C "$work/$layer" --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner --format=gnu -cf "$work/$layer.tar" .
  sum=$(digest "$work/$layer.tar")
  mv "$work/$layer.tar" "$work/archive/$sum.tar"
  echo "$layer sha256:$sum $(stat -c %s "$work/archive/$sum.tar")" >>"$work/layers"
done

jq -n -S --arg architecture "$architecture" --arg version "$version" --arg revision "$revision" --arg source "${IMAGE_SOURCE:-}" \
  --arg cache "$cache" \
  --arg created "$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)" --rawfile layers "$work/layers" '
  [$layers | rtrimstr("\n") | split("\n")[] | split(" ") | {name: .[0], digest: .[1]}] as $layers |
  {$architecture, os: "linux", $created,
   config: {
     User: "65532:65532",
     WorkingDir: "/tmp",
     Env: ["MALLOC_ARENA_MAX=2"],
     Entrypoint: (["/opt/java/bin/java", "@/app/jvm.options"] + if $cache == "" then [] else ["-XX:AOTCache=" + $cache] end
                  + ["-jar", "/app/matview-operator.jar"]),
     ExposedPorts: {"8080/tcp": {}},
     Labels: ({
       "org.opencontainers.image.title": "matview-operator",
       "org.opencontainers.image.description": "A Kubernetes operator that keeps PostgreSQL materialized views fresh",
       "org.opencontainers.image.licenses": "Apache-2.0",
       "org.opencontainers.image.version": $version,
       "org.opencontainers.image.revision": $revision,
       "org.opencontainers.image.created": $created
     } + if $source == "" then {} else {"org.opencontainers.image.source": $source} end)},
   rootfs: {type: "layers", diff_ids: [$layers[].digest]},
   history: [$layers[] | {$created, created_by: ("hack/image/build.sh: " + .name)}]}' >"$work/archive/config.json"
id=$(digest "$work/archive/config.json")
mv "$work/archive/config.json" "$work/archive/$id.json"
jq -n --arg image "$image" --arg id "$id" --rawfile layers "$work/layers" '
  [{Config: ($id + ".json"), RepoTags: [$image],
    Layers: [$layers | rtrimstr("\n") | split("\n")[] | split(" ")[1] | ltrimstr("sha256:") + ".tar"]}]' >"$work/archive/manifest.json"
tar -C "$work/archive" --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner --format=gnu -cf "$archive.new" .
mv "$archive.new" "$archive"
"$here/sbom.sh" "$jdk" "$work/libraries"
rm -rf "$work"/{system,java,app,cache,root,archive}
echo "$image sha256:$id, $(($(awk '{ sum += $3 } END { print sum }' "$work/layers") / 1000000)) MB unpacked: $archive"
