import { AssayError, type Digest, isDigest } from '@assay/contract';
import type { Descriptor } from '../content-source.ts';
import { findText, isObject, type JsonObject, manifestLimit, member, parseObject } from '../document.ts';
import type { LocalFiles } from '../local-files.ts';
import { isImageManifestType, isIndexType, isManifestType, mediaTypes } from '../media-types.ts';
import { formatPlatform } from '../platform.ts';
import { isTag, parseReference } from '../reference.ts';
import { blobPath, readSmall } from './blob-files.ts';

/** `index.json`, read. */
export interface LayoutIndex {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly entries: readonly Descriptor[];
}

/** Sources: OCI image-spec annotations.md; containerd's `images.AnnotationImageName`. */
const nameKeys = ['org.opencontainers.image.ref.name', 'io.containerd.image.name'];
/** Entries opened to tell images from artifacts; more are taken as they are. */
const peekLimit = 200;

function namesOf(entry: Descriptor): readonly string[] {
  return nameKeys.map((key) => entry.annotations?.[key] ?? '').filter((name) => name !== '');
}

function distinct(entries: readonly Descriptor[]): readonly Descriptor[] {
  return [...new Map(entries.map((entry) => [entry.digest, entry])).values()];
}

/** The name in full, as Docker would understand it; undefined for what is none. */
export function findFullName(name: string): { readonly full: string; readonly tag: string } | undefined {
  try {
    const { registry, repository, tag = 'latest' } = parseReference(name);
    return { full: `${registry}/${repository}:${tag}`, tag };
  } catch {
    return undefined;
  }
}

/** Whether a name in a layout or archive is the one asked for: the same text, the same image name in full, or its tag. */
export function isNamed(name: string, wanted: string): boolean {
  if (name === wanted) return true;
  const full = findFullName(name);
  return (
    full !== undefined &&
    (full.full === findFullName(wanted)?.full || (isTag(wanted) && name.includes(':') && full.tag === wanted))
  );
}

/** What the person asked for, without the sign in front. */
export function parseSelector(selector: string): { readonly digest: Digest } | { readonly name: string } {
  const text = /^[@:]/.test(selector) ? selector.slice(1) : selector;
  if (isDigest(text)) return { digest: text };
  if (selector.startsWith('@') || text === '') {
    throw new AssayError('DIGEST_INVALID', `${JSON.stringify(selector.slice(0, 100))} is not a digest`);
  }
  return { name: text };
}

function notChosen(files: LocalFiles, why: string, entries: readonly Descriptor[]): AssayError {
  const lines = entries.slice(0, 20).map((entry) => {
    const platform = entry.platform === undefined ? '' : ` (${formatPlatform(entry.platform)})`;
    const [name] = namesOf(entry);
    return `${name === undefined ? '' : `:${name} is `}@${entry.digest}${platform}`;
  });
  const more = entries.length > lines.length ? `; and ${entries.length - lines.length} more` : '';
  return new AssayError(
    'IMAGE_NOT_CHOSEN',
    `${files.name} ${why}: ${lines.length === 0 ? 'nothing' : lines.join('; ')}${more}`,
  );
}

async function findDocument(
  files: LocalFiles,
  digest: Digest,
): Promise<{ readonly document: JsonObject; readonly size: number } | undefined> {
  const bytes = await readSmall(files, blobPath(digest), manifestLimit);
  if (bytes === undefined) return undefined;
  return { document: parseObject(bytes, digest), size: bytes.byteLength };
}

/** A digest may also name what a listed index points to. */
async function byDigest(files: LocalFiles, index: LayoutIndex, digest: Digest): Promise<Descriptor> {
  const listed = index.entries.find((entry) => entry.digest === digest);
  if (listed !== undefined) return listed;
  if (index.digest === digest) return whole(index);
  const found = await findDocument(files, digest);
  if (found === undefined) throw notChosen(files, `has no ${digest}; it holds`, index.entries);
  const { document, size } = found;
  const isIndex = Array.isArray(member(document, 'manifests'));
  if (isIndex || member(document, 'rootfs') === undefined)
    return {
      mediaType: findText(document, 'mediaType') ?? (isIndex ? mediaTypes.ociIndex : mediaTypes.ociManifest),
      digest,
      size,
    };
  // A configuration: its digest is the image id that `docker images` prints.
  const image = await findByConfig(files, index, digest);
  if (image === undefined) throw notChosen(files, `has no image of the id ${digest}; it holds`, index.entries);
  return image;
}

async function findByConfig(files: LocalFiles, index: LayoutIndex, id: Digest): Promise<Descriptor | undefined> {
  for (const entry of index.entries.slice(0, peekLimit)) {
    if (!isImageManifestType(entry.mediaType)) continue;
    const config = member((await findDocument(files, entry.digest))?.document ?? {}, 'config');
    if (isObject(config) && member(config, 'digest') === id) return entry;
  }
  return undefined;
}

function whole(index: LayoutIndex): Descriptor {
  return { mediaType: mediaTypes.ociIndex, digest: index.digest, size: index.bytes.byteLength };
}

/** Signatures, SBOMs and attestations lie in a layout beside the image they speak of. */
async function isArtifact(files: LocalFiles, entry: Descriptor): Promise<boolean> {
  if (entry.platform?.os === 'unknown') return true;
  if (!isManifestType(entry.mediaType)) return true;
  if (isIndexType(entry.mediaType)) return false;
  const found = await findDocument(files, entry.digest).catch(() => undefined);
  if (found === undefined) return false;
  const config = member(found.document, 'config');
  const type = isObject(config) ? findText(config, 'mediaType') : undefined;
  const isImage = type === mediaTypes.ociConfig || type === mediaTypes.dockerConfig;
  return member(found.document, 'subject') !== undefined || !isImage;
}

async function withoutArtifacts(files: LocalFiles, entries: readonly Descriptor[]): Promise<readonly Descriptor[]> {
  if (entries.length > peekLimit) return entries;
  const images: Descriptor[] = [];
  for (const entry of entries) if (!(await isArtifact(files, entry))) images.push(entry);
  return images.length === 0 ? entries : images;
}

/** Some tools list an index and, beside it, the images it points to. */
async function withoutChildren(files: LocalFiles, entries: readonly Descriptor[]): Promise<readonly Descriptor[]> {
  const children = new Set<unknown>();
  for (const entry of entries.slice(0, peekLimit)) {
    if (!isIndexType(entry.mediaType)) continue;
    const listed = await findDocument(files, entry.digest).catch(() => undefined);
    const manifests = listed === undefined ? undefined : member(listed.document, 'manifests');
    if (Array.isArray(manifests))
      for (const child of manifests) if (isObject(child)) children.add(member(child, 'digest'));
  }
  return entries.filter((entry) => !children.has(entry.digest));
}

/** One image for each of several platforms, under no name or the same one: the layout's list is then the index itself. */
function isPlatformList(entries: readonly Descriptor[]): boolean {
  const platforms = new Set(
    entries.map((entry) => (entry.platform === undefined ? '' : formatPlatform(entry.platform))),
  );
  const names = new Set(entries.map((entry) => namesOf(entry)[0] ?? ''));
  return !platforms.has('') && platforms.size === entries.length && names.size === 1;
}

/** The entry of `index.json` that is meant. Throws IMAGE_NOT_CHOSEN listing what there is. */
export async function chooseEntry(
  files: LocalFiles,
  index: LayoutIndex,
  selector: string | undefined,
): Promise<Descriptor> {
  const wanted = selector === undefined || selector === '' ? undefined : parseSelector(selector);
  if (wanted !== undefined && 'digest' in wanted) return byDigest(files, index, wanted.digest);
  const matching =
    wanted === undefined
      ? index.entries
      : index.entries.filter((entry) => namesOf(entry).some((name) => isNamed(name, wanted.name)));
  if (index.entries.length === 0) throw new AssayError('LAYOUT_INVALID', `${files.name} holds no image`);
  if (wanted !== undefined && matching.length === 0)
    throw notChosen(files, `has nothing named ${JSON.stringify(wanted.name.slice(0, 100))}; it holds`, index.entries);

  const images = await withoutArtifacts(files, distinct(matching));
  const tops = images.length > 1 ? await withoutChildren(files, images) : images;
  const named = tops.filter((entry) => namesOf(entry).length > 0);
  for (const few of [images, tops, named]) {
    const [only] = few;
    if (few.length === 1 && only !== undefined) return only;
  }
  if (isPlatformList(tops) && tops.length === distinct(index.entries).length) return whole(index);
  throw notChosen(files, 'holds several images', tops);
}
