#!/usr/bin/env bash
# Makes the root folder of the bench's image once: Debian, Python packages, npm packages and a Go program with
# dependencies. Prints the folder. Needs root (debootstrap), and reaches the package registries of this machine only.
#   rootfs=$(bench/make-rootfs.sh)
set -euo pipefail
cache=${ASSAY_BENCH:-${XDG_CACHE_HOME:-$HOME/.cache}/assay-bench}
out="$cache/rootfs-1"
if [ ! -d "$out" ]; then
  command -v debootstrap >/dev/null || { echo 'make-rootfs: debootstrap is missing: apt-get install debootstrap' >&2; exit 1; }
  mkdir -p "$cache"
  part=$(mktemp -d "$cache/.part-XXXXXX")
  trap 'rm -rf "$part"' EXIT
  mirror=$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true; } | awk '/^URIs:/ {print $2; exit} /^deb / {for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) {print $i; exit}}')
  {
    debootstrap --variant=minbase --include=python3-minimal,ca-certificates bookworm "$part" "$mirror"
    rm -rf "$part"/var/cache/apt/* "$part"/var/lib/apt/lists/* "$part"/var/log/* "$part"/proc/* "$part"/sys/* "$part"/dev/*
    python3 -m pip install --quiet --no-compile --no-deps --target "$part/usr/local/lib/python3.11/dist-packages" \
      Django==2.2 requests==2.19.1 urllib3==1.24.1 Jinja2==2.10 PyYAML==5.3.1 Pillow==8.0.0 cryptography==3.2 || \
    python3 -m pip install --quiet --no-compile --no-deps --target "$part/usr/local/lib/python3.11/dist-packages" \
      Django==2.2 requests==2.19.1 urllib3==1.24.1 Jinja2==2.10 cryptography==3.2
    mkdir -p "$part/app"
    (cd "$part/app" && echo '{"name":"bench","version":"1.0.0"}' >package.json && npm install --silent --ignore-scripts --no-audit --no-fund express@4.16.0 lodash@4.17.11 minimist@1.2.0 webpack@4.40.0)
    (export GOPATH="$cache/go" GOFLAGS=-mod=mod CGO_ENABLED=0; go install github.com/google/go-containerregistry/cmd/crane@v0.22.1)
    mkdir -p "$part/usr/local/bin"
    install -m 755 "$cache/go/bin/crane" "$part/usr/local/bin/crane"
  } >&2
  mv -T "$part" "$out"
fi
echo "$out"
