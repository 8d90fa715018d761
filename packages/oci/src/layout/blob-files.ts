import { AssayError, type Digest, digestParts } from '@assay/contract';
import type { LocalFiles } from '../local-files.ts';
import { readAll } from '../verified.ts';

/** Where a layout keeps content. */
export function blobPath(digest: Digest): string {
  const { algorithm, hex } = digestParts(digest);
  return `blobs/${algorithm}/${hex}`;
}

/** Bytes of a small file, at most `limit`; undefined when there is none. */
export async function readSmall(files: LocalFiles, path: string, limit: number): Promise<Uint8Array | undefined> {
  const size = await files.findSize(path);
  if (size === undefined) return undefined;
  if (size > limit) throw new AssayError('LIMIT_EXCEEDED', `${files.name}: ${path} is longer than ${limit} bytes`);
  return readAll(files.read(path), limit);
}
