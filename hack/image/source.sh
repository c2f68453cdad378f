# What an image is built from. Sourced by the scripts beside this file.
#   version; revision and epoch, the name and the time of the last commit that changed what is in the image
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
version=$(sed -n 's:^  <version>\(.*\)</version>$:\1:p' "$root/pom.xml")
image=localhost/matview-operator:$version
sources=(LICENSE pom.xml deploy/jvm.options hack/image hack/jdk.sh src/main)
if revision=$(git -C "$root" log -1 --format=%H -- "${sources[@]}" 2>/dev/null) && [ -n "$revision" ]; then
  epoch=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct -- "${sources[@]}")}
  [ -z "$(git -C "$root" status --porcelain -- "${sources[@]}")" ] || revision+=-modified
else # an unpacked archive of the source
  revision=unknown
  epoch=${SOURCE_DATE_EPOCH:-$(date -d "$(sed -n 's:.*<project.build.outputTimestamp>\(.*\)</.*:\1:p' "$root/pom.xml")" +%s)}
fi
