#!/usr/bin/env bash
# Tests the chart and the image on a cluster that runs pods: e2e.sh IMAGE-ARCHIVE [MAVEN-OPTION...]
# On a Kind cluster of its own, which is deleted afterwards. KUBECONFIG_E2E names the kubeconfig of another cluster, whose
# resources of this operator are deleted; its nodes must have the image (E2E_IMAGE is its name without tag), and its pods
# must reach this machine (E2E_ADDRESS is its address and network, such as 192.168.7.5/24).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
. "$root/hack/cluster/env.sh"
. "$root/hack/tools/env.sh"
archive=$1
shift
"$root/hack/tools/build.sh"
JAVA_HOME=$("$root/hack/jdk.sh")
export JAVA_HOME
rm -rf "$root"/target/{failsafe-reports,e2e-figures}

if [ -n "${KUBECONFIG_E2E:-}" ]; then
  : "${E2E_ADDRESS:?the address of this machine as the pods of that cluster see it, and its network: 192.168.7.5/24}"
  : "${E2E_IMAGE:?the name of the image in that cluster, without tag}"
  kubeconfig=$KUBECONFIG_E2E
else
  name=matview-e2e-$$ state=$(mktemp -d "${TMPDIR:-/tmp}/matview-e2e.XXXXXX")
  kubeconfig=$state/kubeconfig
  "$here/docker.sh" running && ours=no || ours=yes
  end() {
    "$here/down.sh" "$name" "$kubeconfig" || true
    [ $ours = no ] || "$here/docker.sh" stop || true
    rm -rf "$state"
  }
  trap end EXIT
  trap 'exit 130' INT TERM
  started=$SECONDS
  "$here/up.sh" "$name" "$kubeconfig" "$archive"
  echo "a Kind cluster in $((SECONDS - started)) s"
  E2E_ADDRESS=$(DOCKER_HOST=$("$here/docker.sh") docker network inspect kind |
    jq -r '.[0].IPAM.Config[] | select(.Gateway != null) | select(.Gateway | contains(".")) | .Gateway + "/" + (.Subnet | split("/")[1])')
  E2E_IMAGE=localhost/matview-operator
fi
status=0
(cd "$root" && env -u KUBECONFIG MATVIEW_E2E_KUBECONFIG="$kubeconfig" MATVIEW_E2E_HELM="$TOOLS_BIN/helm" MATVIEW_E2E_IMAGE="$E2E_IMAGE" \
  MATVIEW_E2E_DATABASE_HOST="${E2E_ADDRESS%/*}" POSTGRES_ALSO="$E2E_ADDRESS" \
  mvn -B -ntp verify -Pe2e -Dquarkus.build.skip=true -Dspotless.check.skip=true -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false "$@") || status=$?
cat "$root/target/e2e-figures" 2>/dev/null || true
exit $status
