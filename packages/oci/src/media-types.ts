/** Media types of manifests and what they mean here. Sources: OCI image-spec media-types.md; Docker "Image Manifest Version 2, Schema 2". */
export const mediaTypes = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociLayer: 'application/vnd.oci.image.layer.v1.tar',
  ociArtifactManifest: 'application/vnd.oci.artifact.manifest.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerSchema1: 'application/vnd.docker.distribution.manifest.v1+json',
  dockerSchema1Signed: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
} as const;

const indexTypes: ReadonlySet<string> = new Set([mediaTypes.ociIndex, mediaTypes.dockerIndex]);
const imageTypes: ReadonlySet<string> = new Set([mediaTypes.ociManifest, mediaTypes.dockerManifest]);
const schema1Types: ReadonlySet<string> = new Set([mediaTypes.dockerSchema1, mediaTypes.dockerSchema1Signed]);

export function isIndexType(mediaType: string): boolean {
  return indexTypes.has(mediaType);
}

export function isImageManifestType(mediaType: string): boolean {
  return imageTypes.has(mediaType);
}

export function isSchema1Type(mediaType: string): boolean {
  return schema1Types.has(mediaType);
}

/** Whether a registry keeps content of this type under `/manifests/` rather than `/blobs/`. */
export function isManifestType(mediaType: string): boolean {
  return (
    indexTypes.has(mediaType) ||
    imageTypes.has(mediaType) ||
    schema1Types.has(mediaType) ||
    mediaType === mediaTypes.ociArtifactManifest
  );
}

/** What we ask a registry for, in order of liking. */
export const acceptManifests: string = [
  mediaTypes.ociIndex,
  mediaTypes.dockerIndex,
  mediaTypes.ociManifest,
  mediaTypes.dockerManifest,
  mediaTypes.ociArtifactManifest,
  mediaTypes.dockerSchema1Signed,
  'application/json;q=0.5',
  '*/*;q=0.1',
].join(', ');

/** Whether a layer's bytes lie with its publisher and may be missing elsewhere. Source: OCI image-spec, layer.md "Non-Distributable Layers". */
export function isForeignLayer(mediaType: string): boolean {
  return mediaType.includes('.nondistributable.') || mediaType.includes('.foreign.');
}
