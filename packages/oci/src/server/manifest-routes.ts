import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { AssayError, type Digest, digestParts } from '@assay/contract';
import type { Descriptor } from '../content-source.ts';
import {
  findText,
  isObject,
  type JsonObject,
  member,
  parseDescriptor,
  parseObject,
  toReferrerEntry,
} from '../document.ts';
import { isForeignLayer, mediaTypes } from '../media-types.ts';
import { digestOf, readAll } from '../verified.ts';
import type { StoredManifest } from './content-folder.ts';
import { type Answer, type Exchange, headerOf } from './exchange.ts';
import { RegistryError } from './registry-error.ts';
import { type ManifestReference, parseDigestText } from './route.ts';

async function findStored(
  exchange: Exchange,
  repository: string,
  reference: ManifestReference,
): Promise<StoredManifest> {
  const digest = 'digest' in reference ? reference.digest : await exchange.folder.findTag(repository, reference.tag);
  const stored = digest === undefined ? undefined : await exchange.folder.findManifest(repository, digest);
  if (stored !== undefined) return stored;
  const isKnown = await exchange.folder.hasRepository(repository);
  throw isKnown
    ? new RegistryError('MANIFEST_UNKNOWN', 'the repository has no such manifest')
    : new RegistryError('NAME_UNKNOWN', 'no such repository');
}

async function readManifest(exchange: Exchange, repository: string, reference: ManifestReference): Promise<Answer> {
  const stored = await findStored(exchange, repository, reference);
  const etag = `"${stored.digest}"`;
  const headers = { 'content-type': stored.mediaType, 'docker-content-digest': stored.digest, etag };
  if (headerOf(exchange, 'if-none-match') === etag) return { status: 304, headers };
  const sized = { ...headers, 'content-length': String(stored.size) };
  if (exchange.method === 'HEAD') return { status: 200, headers: sized };
  return { status: 200, headers: sized, body: await readFile(exchange.folder.pathOf(stored.digest)) };
}

async function receive(exchange: Exchange): Promise<{ readonly bytes: Uint8Array; readonly document: JsonObject }> {
  try {
    const bytes = await readAll(exchange.body, exchange.manifestLimit);
    return { bytes, document: parseObject(bytes, 'the manifest') };
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    const isLong = error.code === 'LIMIT_EXCEEDED';
    throw new RegistryError('MANIFEST_INVALID', error.detail, isLong ? { status: 413 } : {});
  }
}

/** Throws unless what was sent is what the path and `?digest=` promise. */
function checkDigest(exchange: Exchange, reference: ManifestReference, bytes: Uint8Array): Digest {
  const asked = exchange.query.get('digest');
  const promised = 'digest' in reference ? reference.digest : asked === null ? undefined : parseDigestText(asked);
  if (promised === undefined) return digestOf(bytes);
  const got = digestOf(bytes, digestParts(promised).algorithm);
  if (got !== promised) throw new RegistryError('DIGEST_INVALID', 'the bytes are not those of the digest');
  return got;
}

function checkType(exchange: Exchange, document: JsonObject): string {
  const header = headerOf(exchange, 'content-type')?.split(';')[0]?.trim();
  const own = findText(document, 'mediaType');
  if (own !== undefined && header !== undefined && header !== '' && own !== header) {
    throw new RegistryError(
      'MANIFEST_INVALID',
      `the manifest is sent as ${header} and calls itself ${own.slice(0, 100)}`,
    );
  }
  const shape = Array.isArray(member(document, 'manifests')) ? mediaTypes.ociIndex : mediaTypes.ociManifest;
  return header || own || shape;
}

/** Whether a descriptor brings its content along in `data`. Source: OCI image-spec, descriptor.md. */
function isEmbedded(value: unknown, descriptor: Descriptor): boolean {
  const data = isObject(value) ? findText(value, 'data') : undefined;
  if (data === undefined) return false;
  const bytes = Buffer.from(data, 'base64');
  const { algorithm, hex } = digestParts(descriptor.digest);
  return bytes.byteLength === descriptor.size && createHash(algorithm).update(bytes).digest('hex') === hex;
}

/** An image must not name content the repository lacks. An index may: it is then sparse, and so may a subject be missing. */
async function checkBlobs(exchange: Exchange, repository: string, document: JsonObject): Promise<void> {
  const layers = member(document, 'layers') ?? [];
  const config = member(document, 'config');
  if (!Array.isArray(layers)) throw new RegistryError('MANIFEST_INVALID', 'layers is not a list');
  for (const value of config === undefined ? layers : [config, ...layers]) {
    const descriptor = parseOr('MANIFEST_INVALID', () => parseDescriptor(value, 'the manifest'));
    const isElsewhere =
      isForeignLayer(descriptor.mediaType) || (isObject(value) && Array.isArray(member(value, 'urls')));
    if (isElsewhere || isEmbedded(value, descriptor)) continue;
    if ((await exchange.folder.findBlobSize(repository, descriptor.digest)) === undefined) {
      throw new RegistryError('MANIFEST_BLOB_UNKNOWN', `the repository has no ${descriptor.digest}`, { status: 400 });
    }
  }
}

function parseOr<T>(code: 'MANIFEST_INVALID', parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof AssayError) throw new RegistryError(code, error.detail);
    throw error;
  }
}

/** `If-Match` and `If-None-Match: *` make a tag change only from what the writer saw. Source: RFC 9110 §13. */
async function checkPrecondition(exchange: Exchange, repository: string, tag: string): Promise<void> {
  const wanted = headerOf(exchange, 'if-match');
  const isNew = headerOf(exchange, 'if-none-match') === '*';
  if (wanted === undefined && !isNew) return;
  const current = await exchange.folder.findTag(repository, tag);
  const holds = isNew ? current === undefined : current !== undefined && (wanted === '*' || wanted === `"${current}"`);
  if (!holds) throw new RegistryError('DENIED', 'the tag was changed meanwhile', { status: 412 });
}

async function putManifest(exchange: Exchange, repository: string, reference: ManifestReference): Promise<Answer> {
  const { folder } = exchange;
  const { bytes, document } = await receive(exchange);
  const digest = checkDigest(exchange, reference, bytes);
  const mediaType = checkType(exchange, document);
  await checkBlobs(exchange, repository, document);
  const named = member(document, 'subject');
  const subject =
    named === undefined ? undefined : parseOr('MANIFEST_INVALID', () => parseDescriptor(named, 'subject')).digest;
  const stored: StoredManifest = {
    digest,
    mediaType,
    size: bytes.byteLength,
    ...(subject !== undefined && { subject }),
  };
  const store = () => folder.putManifest(repository, stored, bytes, toReferrerEntry(stored, document));
  if ('tag' in reference) {
    await folder.alone(`tag ${repository}:${reference.tag}`, async () => {
      await checkPrecondition(exchange, repository, reference.tag);
      await store();
      await folder.putTag(repository, reference.tag, digest);
    });
  } else await store();
  return {
    status: 201,
    headers: {
      location: `/v2/${repository}/manifests/${digest}`,
      'docker-content-digest': digest,
      etag: `"${digest}"`,
      ...(subject !== undefined && { 'oci-subject': subject }),
    },
  };
}

/** GET, HEAD, PUT and DELETE of a manifest, by tag or digest. */
export async function answerManifest(
  exchange: Exchange,
  repository: string,
  reference: ManifestReference,
): Promise<Answer> {
  switch (exchange.method) {
    case 'GET':
    case 'HEAD':
      return readManifest(exchange, repository, reference);
    case 'PUT':
      return putManifest(exchange, repository, reference);
    case 'DELETE': {
      const stored = await findStored(exchange, repository, reference);
      if ('tag' in reference) await exchange.folder.deleteTag(repository, reference.tag);
      else await exchange.folder.deleteManifest(repository, stored);
      return { status: 202 };
    }
    default:
      throw new RegistryError('UNSUPPORTED', 'a manifest knows GET, HEAD, PUT and DELETE');
  }
}
