#!/usr/bin/env bash
# Prints the name of a Kind node image that this machine's Docker has: node-image.sh
# Kind's own, where a registry can be reached. Else one that is built here, once, in about 3 minutes, as root: Debian by
# debootstrap, Kind's own node files from its module, Kubernetes from ../cluster/build.sh.
# It works with a Docker that docker.sh started as well.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/../cluster/env.sh"
recipe=$(cat "$here"/{node-image.sh,layer.sh,runc-within,pause.c,dns/go.sum,kind/go.sum} "$here/../cluster/kube/go.sum" | cksum | cut -d ' ' -f 1)
image=localhost/matview-node:$kubernetes_version-$recipe
official=kindest/node:$kubernetes_version
there() { docker image inspect "$1" >/dev/null 2>&1; }
there "$image" && { echo "$image"; exit; }
there "$official" || timeout 300 docker pull -q "$official" >/dev/null 2>&1 || true
there "$official" && { echo "$official"; exit; }

for program in debootstrap jq gcc; do
  command -v $program >/dev/null || { echo "$program is needed for a node image, as no registry has $official" >&2; exit 1; }
done
[ "$(id -u)" = 0 ] || { echo "only root can build a node image, and no registry has $official" >&2; exit 1; }
exec 3>&1 >&2 # what is printed from here on is not the name
echo "building $image, once"
"$here/../cluster/build.sh" control-plane node kind
version=$kubernetes_version
mirror=$(apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' 2>/dev/null | awk '$2 == "Debian" { print $1; exit }')
root=$(mktemp -d /var/tmp/kind-node.XXXXXX); trap 'rm -rf "$root"' EXIT
debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,containerd,runc,containernetworking-plugins,iptables,nftables,conntrack,iproute2,ethtool,socat,mount,kmod,procps,openssl,ca-certificates,jq,hostname \
  bookworm "$root" ${mirror:+"$mirror"} >"$root.log" 2>&1 || { tail -5 "$root.log" >&2; exit 1; }
rm -f "$root.log" "$root"/var/cache/apt/archives/*.deb

files=$(cd "$here/kind" && go list -m -f '{{.Dir}}' sigs.k8s.io/kind)/images/base/files
mkdir -p "$root"/{kind/bin,kind/images,opt/cni/bin,etc/cni/net.d,etc/containerd,etc/kubernetes/manifests,etc/systemd/system/kubelet.service.d,etc/systemd/system/containerd.service.d}
install -m 755 "$files"/kind/bin/* "$root/kind/bin/"
install -m 755 "$files/usr/local/bin/entrypoint" "$root/usr/local/bin/"
install -m 644 "$files/etc/crictl.yaml" "$root/etc/"
install -m 644 "$files/etc/default/kubelet" "$root/etc/default/"
install -m 644 "$files"/etc/sysctl.d/* "$root/etc/sysctl.d/"
install -m 644 "$files"/etc/systemd/system/*.{service,slice} "$root/etc/systemd/system/"
install -m 644 "$files"/etc/systemd/system/kubelet.service.d/* "$root/etc/systemd/system/kubelet.service.d/"
install -m 755 "$CLUSTER_BIN"/{kubelet,kubeadm,kubectl} "$root/usr/bin/"
for name in containerd ctr containerd-shim-runc-v2; do ln -s "/usr/bin/$name" "$root/usr/local/bin/$name"; done
for name in bridge host-local loopback portmap ptp; do ln -s "/usr/lib/cni/$name" "$root/opt/cni/bin/$name"; done
echo "$version" >"$root/kind/version"

images=$("$CLUSTER_BIN/kubeadm" config images list --kubernetes-version "$version" 2>/dev/null)
named() { grep "/$1:" <<<"$images"; }
sed -e 's/restrict_oom_score_adj = false/restrict_oom_score_adj = true/' -e "s#sandbox_image = .*#sandbox_image = \"$(named pause)\"#" \
  "$files/etc/containerd/config.toml" >"$root/etc/containerd/config.toml"
install -m 755 "$here/runc-within" "$root/usr/local/sbin/runc"
chroot "$root" ctr oci spec | jq '.hooks.createContainer += [{"path": "/kind/bin/mount-product-files.sh"}] | del(.process.rlimits)' >"$root/etc/containerd/cri-base.json"
cat >"$root/etc/systemd/system/containerd.service.d/images.conf" <<'UNIT'
[Service]
ExecStartPost=/bin/sh -c 'for image in /kind/images/*.tar; do ctr -n k8s.io images import "$image"; done'
UNIT
cat >"$root/etc/cni/net.d/10-bridge.conflist" <<'CNI'
{"cniVersion": "1.0.0", "name": "bridge", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
   "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.244.0.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
CNI
rm -f "$root"/lib/systemd/system/{multi-user,local-fs,basic}.target.wants/* "$root"/etc/systemd/system/*.wants/* \
  "$root"/lib/systemd/system/sockets.target.wants/*{udev,initctl}* "$root/lib/systemd/system/sysinit.target.wants/systemd-tmpfiles-setup.service"
echo "ReadKMsg=no" >>"$root/etc/systemd/journald.conf"
chroot "$root" systemctl -q enable kubelet containerd undo-mount-hacks
chroot "$root" systemctl -q mask systemd-binfmt

# The control plane's images, from the same binaries; the node imports them when it starts.
scratch=$root/kind/scratch
archive() { # name-of-binary folder
  "$here/layer.sh" "$(named "$1")" "$2" "[\"/usr/local/bin/$1\"]" '["PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]' >"$root/kind/images/$1.tar"
}
for name in kube-apiserver kube-controller-manager kube-scheduler etcd coredns; do
  rm -rf "$scratch"; mkdir -p "$scratch"/{usr/local/bin,etc,tmp}
  cp "$CLUSTER_BIN/$name" "$scratch/usr/local/bin/"; archive "$name" "$scratch"
done
rm -rf "$scratch"; mkdir -p "$scratch/usr/local/bin"; gcc -Os -static "$here/pause.c" -o "$scratch/usr/local/bin/pause"; archive pause "$scratch"
rm -rf "$scratch"; mkdir -p "$scratch"/{usr/local/bin,tmp}; cp "$CLUSTER_BIN/kube-proxy" "$scratch/usr/local/bin/"
for tool in nft conntrack xtables-nft-multi; do
  (cd "$root" && cp --parents "usr/sbin/$tool" "$scratch/")
  for library in $(chroot "$root" ldd "/usr/sbin/$tool" | grep -oE '/[^ ]+\.so[^ ]*'); do mkdir -p "$scratch$(dirname "$library")"; cp -L "$root$library" "$scratch$library"; done
done
(cd "$root" && cp -r --parents "usr/lib/$(uname -m)-linux-gnu/xtables" "$scratch/")
for name in iptables ip6tables; do for suffix in "" -save -restore; do ln -s xtables-nft-multi "$scratch/usr/sbin/$name$suffix"; done; done
archive kube-proxy "$scratch"; rm -rf "$scratch"

tar -C "$root" -c . | docker import -c 'ENTRYPOINT ["/usr/local/bin/entrypoint","/sbin/init"]' -c 'ENV container=docker' - "$image" >/dev/null
echo "$image" >&3
