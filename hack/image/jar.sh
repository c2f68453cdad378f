#!/usr/bin/env bash
# Builds the operator's jar so that the same source gives the same bytes: jar.sh TO.JAR
# Leaves target/ with Maven's own output, as `make build` does.
set -euo pipefail
. "$(dirname "$0")/source.sh"
java=$("$root/hack/jdk.sh")
export JAVA_HOME=$java
work=$(mktemp -d "${TMPDIR:-/tmp}/matview-jar.XXXXXX")
trap 'rm -rf "$work"' EXIT

"$java/bin/javac" -d "$work/agent" "$here/InOrder.java"
"$java/bin/jar" --create --file "$work/agent.jar" --manifest <(echo "Premain-Class: InOrder") -C "$work/agent" .
# Identity hash codes are random, and Quarkus iterates over sets that are ordered by them: with hashCode=2 all are equal.
export MAVEN_OPTS="${MAVEN_OPTS:-} -javaagent:$work/agent.jar -XX:+UnlockExperimentalVMOptions -XX:hashCode=2 -Djava.util.concurrent.ForkJoinPool.common.parallelism=1"
# Quarkus writes the folder's name into a class: in a mount namespace of its own, every clone has the same.
inside=(unshare --mount)
[ "$(id -u)" = 0 ] || inside=(unshare --mount --map-root-user)
"${inside[@]}" bash -ec 'mount --bind "$1" /mnt; cd /mnt; mvn -B -ntp -q package -DskipTests' bash "$root"
"$java/bin/java" "$here/SameJar.java" "$root/target/matview-operator-$version-runner.jar" "$1.new" "$epoch"
mv "$1.new" "$1"
