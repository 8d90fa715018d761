#!/usr/bin/env bash
# Makes the bench's OCI layouts from the root folder of make-rootfs.sh, once: `one` (nearly all bytes in one layer),
# `split` (the largest layer holds at most half), `small` (about 4 MB). Prints the folder that holds them.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rootfs=$("$here/make-rootfs.sh")
out="$(dirname "$rootfs")/layouts-1"
[ -d "$out" ] && { echo "$out"; exit 0; }
part=$(mktemp -d "$(dirname "$rootfs")/.part-XXXXXX")
trap 'rm -rf "$part"' EXIT
tarred() { tar --sort=name --mtime=@0 --numeric-owner --format=gnu -C "$rootfs" "$@"; }
blob() { # folder < content: stores it by digest and prints "digest size"
  local file digest
  file=$(mktemp "$part/.blob-XXXXXX")
  cat >"$file"
  digest=$(sha256sum "$file" | cut -d' ' -f1)
  mkdir -p "$part/$1/blobs/sha256"
  mv "$file" "$part/$1/blobs/sha256/$digest"
  echo "sha256:$digest $(stat -c %s "$part/$1/blobs/sha256/$digest")"
}
layout() { # name; then functions that write a layer's tar to stdout
  local name=$1 layers='' diffs='' layer digest size config manifest
  shift
  for layer in "$@"; do
    read -r digest size < <("$layer" | gzip -6 -n | blob "$name")
    layers+="${layers:+,}{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"$digest\",\"size\":$size}"
    diffs+="${diffs:+,}\"sha256:$(zcat "$part/$name/blobs/sha256/${digest#*:}" | sha256sum | cut -d' ' -f1)\""
  done
  read -r digest size < <(printf '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[%s]}}' "$diffs" | blob "$name")
  config="{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"$digest\",\"size\":$size}"
  read -r digest size < <(printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s,"layers":[%s]}' "$config" "$layers" | blob "$name")
  manifest="{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"$digest\",\"size\":$size}"
  printf '{"schemaVersion":2,"manifests":[%s]}' "$manifest" >"$part/$name/index.json"
  printf '{"imageLayoutVersion":"1.0.0"}' >"$part/$name/oci-layout"
}
all() { tarred -cf - .; }
usr_lib() { tarred -cf - ./usr/lib; }
rest() { tarred --exclude=./usr/lib --exclude=./app --exclude=./usr/local -cf - .; }
app() { tarred -cf - ./app ./usr/local; }
meta() { tarred --exclude='*.so*' -cf - ./etc ./var/lib/dpkg ./usr/lib/os-release; }
layout one all
layout split usr_lib rest app
layout small meta
mv -T "$part" "$out"
echo "$out"
