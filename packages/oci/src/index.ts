export { openArchive } from './archive/open-archive.ts';
export { splitZstdFrames, ZstdFrames } from './archive/zstd-frames.ts';
export { openRegistry } from './client/open-registry.ts';
export type {
  Clock,
  CredentialOptions,
  PushBlobOptions,
  PushContent,
  RegistryOptions,
  RegistryRepository,
} from './client/options.ts';
export { type ContentSource, canListReferrers, type Descriptor, type ReferrerSource } from './content-source.ts';
export { openLayout } from './layout/open-layout.ts';
export { isForeignLayer, isImageManifestType, isIndexType, mediaTypes } from './media-types.ts';
export { type OpenedArtifact, openArtifact } from './open-artifact.ts';
export { type OpenedImage, type OpenImageOptions, openImage } from './open-image.ts';
export { formatPlatform, hostPlatform, parsePlatform } from './platform.ts';
export { formatReference, isRegistryHost, isRepository, isTag, parseReference } from './reference.ts';
export {
  type AuthorizeAnswer,
  createRegistry,
  type EmbeddedRegistry,
  type EmbeddedRegistryOptions,
  type RegistryAccess,
} from './server/create-registry.ts';
export { digestOf, readAll, verified } from './verified.ts';
