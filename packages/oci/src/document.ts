import { AssayError, isDigest, type Platform } from '@assay/contract';
import type { ContentSource, Descriptor } from './content-source.ts';
import { isIndexType, isSchema1Type, mediaTypes } from './media-types.ts';
import { readAll, verified } from './verified.ts';

/** Bytes of the largest manifest or index read. Source: distribution-spec 1.1, "a registry SHOULD accept 4 megabytes". */
export const manifestLimit = 4 * 1024 * 1024;

/** A JSON object from outside: nothing is known of its members. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of the object itself, never of its prototype. */
export function member(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

export function findText(object: JsonObject, key: string): string | undefined {
  const value = member(object, key);
  return typeof value === 'string' ? value : undefined;
}

/** The members that are strings; others are not what the specification allows and mean nothing to us. */
export function textMap(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

/** Reads a JSON object. Throws MANIFEST_INVALID. */
export function parseObject(bytes: Uint8Array, what: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new AssayError('MANIFEST_INVALID', `${what} is not JSON`, { cause });
  }
  if (!isObject(value)) throw new AssayError('MANIFEST_INVALID', `${what} is not a JSON object`);
  return value;
}

/** The platform a descriptor or configuration names; undefined when it names none. */
export function findPlatform(value: unknown): Platform | undefined {
  if (!isObject(value)) return undefined;
  const os = findText(value, 'os') ?? '';
  const architecture = findText(value, 'architecture') ?? '';
  if (os === '' && architecture === '') return undefined;
  const variant = findText(value, 'variant');
  const osVersion = findText(value, 'os.version');
  return { os, architecture, ...(variant && { variant }), ...(osVersion && { osVersion }) };
}

/** Reads a descriptor. Source: OCI image-spec, descriptor.md. Throws MANIFEST_INVALID. */
export function parseDescriptor(value: unknown, where: string): Descriptor {
  const invalid = (why: string) => new AssayError('MANIFEST_INVALID', `${where} ${why}`);
  if (!isObject(value)) throw invalid('is not a descriptor');
  const digest = findText(value, 'digest') ?? '';
  const size = member(value, 'size');
  const mediaType = findText(value, 'mediaType');
  if (!isDigest(digest)) throw invalid(`has no digest that can be verified: ${JSON.stringify(digest.slice(0, 100))}`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw invalid('has no valid size');
  if (mediaType === undefined || mediaType === '') throw invalid('has no media type');
  const platform = findPlatform(member(value, 'platform'));
  const artifactType = findText(value, 'artifactType');
  const annotations = member(value, 'annotations');
  return {
    mediaType,
    digest,
    size,
    ...(artifactType && { artifactType }),
    ...(isObject(annotations) && { annotations: textMap(annotations) }),
    ...(platform !== undefined && { platform }),
  };
}

/** How a manifest with a subject is listed among the referrers of that. Source: distribution-spec 1.1, "Listing Referrers". */
export function toReferrerEntry(
  descriptor: Pick<Descriptor, 'mediaType' | 'digest' | 'size'>,
  document: JsonObject,
): Descriptor {
  const { mediaType, digest, size } = descriptor;
  const config = member(document, 'config');
  const artifactType =
    findText(document, 'artifactType') || (isObject(config) ? findText(config, 'mediaType') : undefined);
  const annotations = textMap(member(document, 'annotations'));
  return {
    mediaType,
    digest,
    size,
    ...(artifactType && { artifactType }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
}

/** Reads a list of descriptors, at most `limit`. A missing list is empty. Throws MANIFEST_INVALID, LIMIT_EXCEEDED. */
export function parseDescriptors(value: unknown, where: string, limit: number): readonly Descriptor[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new AssayError('MANIFEST_INVALID', `${where} is not a list`);
  if (value.length > limit) throw new AssayError('LIMIT_EXCEEDED', `${where} has more than ${limit} entries`);
  return value.map((entry, at) => parseDescriptor(entry, `${where}[${at}]`));
}

/** What a manifest turned out to be. */
export interface ReadManifest {
  readonly descriptor: Descriptor;
  readonly kind: 'index' | 'image';
  readonly document: JsonObject;
}

/** Reads and verifies a JSON object of a source, at most `limit` bytes long. */
export async function readObject(
  source: ContentSource,
  what: Descriptor,
  limit: number,
  signal?: AbortSignal,
): Promise<JsonObject> {
  if (what.size > limit)
    throw new AssayError(
      'LIMIT_EXCEEDED',
      `${what.digest} has ${what.size} bytes; a document of this kind may have ${limit}`,
    );
  return parseObject(await readAll(verified(source.fetch(what, signal), what), limit), what.digest);
}

/** Reads a manifest or index, verified, and tells which it is. Throws MANIFEST_INVALID, MANIFEST_UNSUPPORTED. */
export async function readManifest(
  source: ContentSource,
  what: Descriptor,
  signal?: AbortSignal,
): Promise<ReadManifest> {
  if (isSchema1Type(what.mediaType)) throw schema1(source.name);
  const document = await readObject(source, what, manifestLimit, signal);
  return { descriptor: what, kind: kindOf(what, document, source.name), document };
}

function schema1(name: string): AssayError {
  return new AssayError(
    'MANIFEST_UNSUPPORTED',
    `${name} is an image in Docker's schema 1, which tools stopped writing in 2019`,
    {
      hint: 'Pull and push it again with a current tool.',
    },
  );
}

type Kind = ReadManifest['kind'];

function kindOfType(mediaType: string): Kind | undefined {
  if (isIndexType(mediaType)) return 'index';
  return mediaType === mediaTypes.ociManifest || mediaType === mediaTypes.dockerManifest ? 'image' : undefined;
}

/**
 * One document must not be an image to one reader and an index to another (CVE-2021-41190): the descriptor's type, the document's own
 * and its members must agree.
 */
function kindOf(what: Descriptor, document: JsonObject, name: string): Kind {
  const own = findText(document, 'mediaType') ?? '';
  const hasManifests = Array.isArray(member(document, 'manifests'));
  const hasImage = member(document, 'config') !== undefined || member(document, 'layers') !== undefined;
  if (isSchema1Type(own) || member(document, 'schemaVersion') === 1 || Array.isArray(member(document, 'fsLayers')))
    throw schema1(name);
  if (hasManifests && hasImage)
    throw new AssayError('MANIFEST_INVALID', `${what.digest} is an index and an image at once`);

  const told = kindOfType(what.mediaType);
  const said = kindOfType(own);
  if (told !== undefined && said !== undefined && told !== said) {
    throw new AssayError(
      'MANIFEST_INVALID',
      `${what.digest} is announced as ${what.mediaType} and calls itself ${own.slice(0, 100)}`,
    );
  }
  const generic =
    what.mediaType === '' ||
    what.mediaType.startsWith('application/json') ||
    what.mediaType === 'application/octet-stream';
  const kind =
    told ??
    (generic || said !== undefined ? said : undefined) ??
    (generic && own === '' ? shapeOf(hasManifests, hasImage) : undefined);
  if (kind === undefined) {
    throw new AssayError(
      'MANIFEST_UNSUPPORTED',
      `${name} is of type ${JSON.stringify((own === '' ? what.mediaType : own).slice(0, 100))}, not a container image`,
    );
  }
  if (kind === 'image' ? hasManifests : hasImage) {
    throw new AssayError(
      'MANIFEST_INVALID',
      `${what.digest} is announced as ${what.mediaType} but holds something else`,
    );
  }
  return kind;
}

function shapeOf(hasManifests: boolean, hasImage: boolean): Kind | undefined {
  if (hasManifests) return 'index';
  return hasImage ? 'image' : undefined;
}
