#!/usr/bin/env bash
# Writes a one-layer container image as a docker-archive to standard output: layer.sh NAME ROOT-FOLDER ENTRYPOINT-JSON [ENV-JSON] [UID]
#   layer.sh localhost/pause:1 root '["/pause"]' | ctr -n k8s.io images import -
set -euo pipefail
case $(uname -m) in aarch64) architecture=arm64 ;; *) architecture=amd64 ;; esac
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$2" -cf "$work/layer.tar" .
digest=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
echo "{\"architecture\":\"$architecture\",\"os\":\"linux\",\"config\":{\"Entrypoint\":$3,\"Env\":${4:-[]},\"User\":\"${5:-0}\"},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:$digest\"]}}" >"$work/config.json"
echo "[{\"Config\":\"config.json\",\"RepoTags\":[\"$1\"],\"Layers\":[\"layer.tar\"]}]" >"$work/manifest.json"
tar -C "$work" -cf - manifest.json config.json layer.tar
