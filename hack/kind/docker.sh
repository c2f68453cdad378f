#!/usr/bin/env bash
# Prints the DOCKER_HOST of a Docker that works: the one that is there, or (as root) a private one started for the tests.
#   docker.sh          prints it
#   docker.sh running  succeeds if one is there
#   docker.sh stop     ends the private one; its images stay
# A sandboxed machine may lack CAP_SYS_RESOURCE, and then no privileged container starts: the private one uses runc-within.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
: "${CLUSTER_DOCKER:=/var/tmp/matview-docker}"
socket=unix://$CLUSTER_DOCKER/docker.sock
works() { docker info >/dev/null 2>&1 || DOCKER_HOST=$socket docker info >/dev/null 2>&1; }
case ${1:-} in
  running) if works; then exit 0; else exit 1; fi ;;
  stop)
    pid=$(cat "$CLUSTER_DOCKER/pid" 2>/dev/null) || exit 0
    kill "$pid" 2>/dev/null || exit 0
    for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || exit 0; sleep 0.2; done
    echo "dockerd $pid does not end" >&2
    exit 1 ;;
esac
if docker info >/dev/null 2>&1; then echo "${DOCKER_HOST:-$(docker context inspect -f '{{.Endpoints.docker.Host}}')}"; exit; fi
if ! DOCKER_HOST=$socket docker info >/dev/null 2>&1; then
  command -v dockerd >/dev/null && [ "$(id -u)" = 0 ] || { echo "no Docker: install one and start it" >&2; exit 1; }
  mkdir -p "$CLUSTER_DOCKER"
  $(command -v setsid || echo nohup) dockerd --add-runtime "within=$here/runc-within" --default-runtime within --data-root "$CLUSTER_DOCKER/data" --exec-root "$CLUSTER_DOCKER/exec" \
    --host "$socket" --pidfile "$CLUSTER_DOCKER/pid" >"$CLUSTER_DOCKER/log" 2>&1 </dev/null &
  for _ in $(seq 100); do DOCKER_HOST=$socket docker info >/dev/null 2>&1 && break; sleep 0.2; done
fi
DOCKER_HOST=$socket docker info >/dev/null || { echo "dockerd did not come up; see $CLUSTER_DOCKER/log" >&2; exit 1; }
echo "$socket"
