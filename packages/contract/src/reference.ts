import type { Digest } from './digest.ts';

/** A parsed image reference. `packages/oci` parses and prints it. Source: distribution/reference grammar. */
export interface ImageReference {
  /** Host with optional port, as dialled: `docker.io` stays `docker.io` here, the client maps it. */
  readonly registry: string;
  /** `library/` added for Docker Hub's short names. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

/** What an image runs on. Source: OCI image-spec, image-index.md "platform". */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly osVersion?: string;
}
