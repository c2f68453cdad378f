#!/usr/bin/env bash
# Prints the home of a JDK of version 25 or newer: JAVA_HOME if it is one, else the newest under the usual folders.
set -uo pipefail
oldest=25

version_of() { # folder: prints the feature version of the JDK there
  [ -x "$1/bin/javac" ] || return 1
  local version
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null)
  [ -n "$version" ] || version=$("$1/bin/javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
  [ -n "$version" ] && echo "$version"
}

if [ -n "${JAVA_HOME:-}" ] && version=$(version_of "$JAVA_HOME") && [ "$version" -ge "$oldest" ]; then
  echo "$JAVA_HOME"
  exit 0
fi

newest="" newest_version=0 seen=""
on_path=$(command -v javac 2>/dev/null) && on_path=$(readlink -f "$on_path") && on_path=${on_path%/bin/javac}
shopt -s nullglob
for home in ${on_path:+"$on_path"} /usr/lib/jvm/* /usr/java/* /opt/* /opt/java/* /usr/local/java/* \
  "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.local/share/mise/installs/java/* "$HOME"/.asdf/installs/java/* \
  /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
  [ -L "$home" ] && [ "$home" != "$on_path" ] && [[ $home != */.sdkman/* ]] && continue # another name of a folder beside it
  version=$(version_of "$home") || continue
  [[ $seen == *"($home)"* ]] || seen+=" $version ($home)"
  [ "$version" -gt "$newest_version" ] && newest=$home newest_version=$version
done
if [ "$newest_version" -ge "$oldest" ]; then
  echo "$newest"
  exit 0
fi
{
  echo "A JDK of version $oldest or newer is needed, and none was found."
  [ -z "${JAVA_HOME:-}" ] || echo "  JAVA_HOME: $JAVA_HOME is version $(version_of "$JAVA_HOME" || echo "unknown (no bin/javac)")"
  echo "  found:${seen:- none under /usr/lib/jvm, /opt, ~/.sdkman, ~/.jdks, /Library/Java}"
  echo "Install one, for example 'apt-get install openjdk-$oldest-jdk-headless' (Debian 13, Ubuntu), 'dnf install java-$oldest-openjdk-devel',"
  echo "'brew install openjdk@$oldest' or 'sdk install java $oldest-tem', or point JAVA_HOME at it."
} >&2
exit 1
