import { type Digest, isDigest } from '@assay/contract';
import { isRepository, isTag } from '../reference.ts';
import { RegistryError } from './registry-error.ts';

/** What a path of the distribution API names. */
export type Route =
  | { readonly to: 'ping' }
  | { readonly to: 'catalog' }
  | { readonly to: 'tags'; readonly repository: string }
  | { readonly to: 'blob'; readonly repository: string; readonly digest: Digest }
  | { readonly to: 'uploads'; readonly repository: string }
  | { readonly to: 'upload'; readonly repository: string; readonly id: string }
  | { readonly to: 'manifest'; readonly repository: string; readonly reference: ManifestReference }
  | { readonly to: 'referrers'; readonly repository: string; readonly digest: Digest };

export type ManifestReference = { readonly digest: Digest } | { readonly tag: string };

const uploadId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function parseDigestText(text: string): Digest {
  if (isDigest(text)) return text;
  throw new RegistryError('DIGEST_INVALID', 'the digest is not a sha256 or sha512 digest');
}

function parseName(parts: readonly string[]): string {
  const name = parts.join('/');
  if (!isRepository(name)) throw new RegistryError('NAME_INVALID', 'the repository name is not valid');
  return name;
}

function parseManifestReference(text: string): ManifestReference {
  if (text.includes(':')) return { digest: parseDigestText(text) };
  if (!isTag(text)) throw new RegistryError('MANIFEST_INVALID', 'the tag is not valid');
  return { tag: text };
}

/** Reads a path such as `/v2/library/alpine/manifests/3.20`. Names may hold slashes, so it is read from its end. Throws RegistryError. */
export function parseRoute(path: string): Route {
  const parts = path.split('/').slice(1);
  if (parts.shift() !== 'v2') throw new RegistryError('UNSUPPORTED', 'no such path', { status: 404 });
  if (parts.at(-1) === '') parts.pop();
  const last = parts.at(-1);
  if (last === undefined) return { to: 'ping' };
  if (parts.length === 1 && last === '_catalog') return { to: 'catalog' };
  const [before, twoBefore] = [parts.at(-2), parts.at(-3)];
  if (last === 'list' && before === 'tags') return { to: 'tags', repository: parseName(parts.slice(0, -2)) };
  if (last === 'uploads' && before === 'blobs') return { to: 'uploads', repository: parseName(parts.slice(0, -2)) };
  if (before === 'uploads' && twoBefore === 'blobs') {
    if (!uploadId.test(last)) throw new RegistryError('BLOB_UPLOAD_UNKNOWN', 'no such upload');
    return { to: 'upload', repository: parseName(parts.slice(0, -3)), id: last };
  }
  const name = () => parseName(parts.slice(0, -2));
  if (before === 'blobs') return { to: 'blob', repository: name(), digest: parseDigestText(last) };
  if (before === 'manifests') return { to: 'manifest', repository: name(), reference: parseManifestReference(last) };
  if (before === 'referrers') return { to: 'referrers', repository: name(), digest: parseDigestText(last) };
  throw new RegistryError('UNSUPPORTED', 'no such path', { status: 404 });
}
