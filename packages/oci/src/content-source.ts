import type { Digest, Platform } from '@assay/contract';

/** A pointer to content. Source: OCI image-spec, descriptor.md. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: Platform;
}

/**
 * The least a source of one image must do: one repository of a registry, a layout folder, an archive, a fake.
 * What it hands out is unchecked; `openImage`, `readManifest` and `verified` do the believing.
 */
export interface ContentSource {
  /** In words, for messages: `registry.example/app:1`, `oci:dir`. Never holds credentials. */
  readonly name: string;
  /** The descriptor the reference names: of a manifest or an index. */
  resolve(signal?: AbortSignal): Promise<Descriptor>;
  /** The content's bytes, as they come, in chunks of any size. */
  fetch(what: Descriptor, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** Whether the content is there, where that is cheap to tell: an archive may hold one platform of an index that lists ten. */
  has?(what: Descriptor): Promise<boolean>;
  /** Lets go of files and sockets. */
  close(): Promise<void>;
}

/** Some sources also know what refers to an image. Ask with `canListReferrers`. */
export interface ReferrerSource extends ContentSource {
  referrers(subject: Descriptor, artifactType?: string, signal?: AbortSignal): AsyncIterable<Descriptor>;
}

/** Whether the source can list what refers to its image. */
export function canListReferrers(source: ContentSource): source is ReferrerSource {
  return 'referrers' in source && typeof source.referrers === 'function';
}
