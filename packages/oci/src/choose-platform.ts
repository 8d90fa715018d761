import { AssayError, type Platform } from '@assay/contract';
import type { ContentSource, Descriptor } from './content-source.ts';
import {
  findPlatform,
  member,
  parseDescriptor,
  parseDescriptors,
  type ReadManifest,
  readManifest,
  readObject,
} from './document.ts';
import { isImageManifestType, isIndexType } from './media-types.ts';
import { formatPlatform, hostPlatform, isAttestationPlatform, platformFit } from './platform.ts';

const entryLimit = 10_000;
const indexLimit = 64;
const depthLimit = 8;
/** Entries that do not say their platform must be opened to see; so many at most. */
const peekLimit = 32;
const configLimit = 8 * 1024 * 1024;

interface Candidate {
  readonly descriptor: Descriptor;
  readonly platform: Platform | undefined;
}

/** Every image of an index and the indexes below it, in order; attestations and artifacts left out, and what an archive does not hold. */
async function listImages(
  source: ContentSource,
  root: ReadManifest,
  signal?: AbortSignal,
): Promise<readonly Descriptor[]> {
  const images: Descriptor[] = [];
  const seen = new Set<string>([root.descriptor.digest]);
  let level: readonly ReadManifest[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > depthLimit)
      throw new AssayError('LIMIT_EXCEEDED', `${source.name}: indexes are nested more than ${depthLimit} deep`);
    const below: ReadManifest[] = [];
    for (const index of level) {
      for (const entry of parseDescriptors(
        member(index.document, 'manifests'),
        `index ${index.descriptor.digest}: manifests`,
        entryLimit,
      )) {
        if (seen.has(entry.digest) || isAttachment(entry)) continue;
        seen.add(entry.digest);
        if (isImageManifestType(entry.mediaType)) images.push(entry);
        if (!isIndexType(entry.mediaType) || (await isMissing(source, entry))) continue;
        if (seen.size - images.length > indexLimit)
          throw new AssayError('LIMIT_EXCEEDED', `${source.name} nests more than ${indexLimit} indexes`);
        const read = await readManifest(source, entry, signal);
        if (read.kind !== 'index')
          throw new AssayError('MANIFEST_INVALID', `${entry.digest} is not the index it is listed as`);
        below.push(read);
      }
    }
    level = below;
  }
  return images;
}

async function isMissing(source: ContentSource, what: Descriptor): Promise<boolean> {
  return source.has !== undefined && !(await source.has(what));
}

/** BuildKit hangs attestations into an index beside the images. */
function isAttachment(entry: Descriptor): boolean {
  return (
    isAttestationPlatform(entry.platform) || entry.annotations?.['vnd.docker.reference.type'] === 'attestation-manifest'
  );
}

/** The platform from the image's own configuration, for entries that do not say. */
async function peekPlatform(
  source: ContentSource,
  image: Descriptor,
  signal?: AbortSignal,
): Promise<Platform | undefined> {
  const { document } = await readManifest(source, image, signal);
  const config = parseDescriptor(member(document, 'config'), `manifest ${image.digest}: config`);
  if (!config.mediaType.endsWith('json')) return undefined;
  return findPlatform(await readObject(source, config, configLimit, signal));
}

async function withPlatforms(
  source: ContentSource,
  images: readonly Descriptor[],
  signal?: AbortSignal,
): Promise<readonly Candidate[]> {
  const candidates: Candidate[] = [];
  let peeks = 0;
  for (const descriptor of images) {
    let platform = descriptor.platform;
    if (platform === undefined && images.length > 1 && peeks < peekLimit) {
      peeks += 1;
      platform = await peekPlatform(source, descriptor, signal);
    }
    candidates.push({ descriptor, platform });
  }
  return candidates;
}

function best(candidates: readonly Candidate[], wanted: Platform): Candidate | undefined {
  let found: Candidate | undefined;
  let fit = 0;
  for (const candidate of candidates) {
    const now = candidate.platform === undefined ? 0 : platformFit(wanted, candidate.platform);
    if (now > fit) [found, fit] = [candidate, now];
  }
  return found;
}

function shown(candidates: readonly Candidate[]): string {
  const names = candidates.map(({ platform }) =>
    platform === undefined ? 'one that names none' : formatPlatform(platform),
  );
  const all = [...new Set(names)];
  return all.length > 20 ? `${all.slice(0, 20).join(', ')} and ${all.length - 20} more` : all.join(', ');
}

/**
 * The image of an index for the wanted platform; without a wish: Linux on this machine's processor, else the first Linux image.
 * Throws PLATFORM_NOT_FOUND naming the platforms there are, MANIFEST_UNSUPPORTED when there is no image at all.
 */
export async function choosePlatform(
  source: ContentSource,
  index: ReadManifest,
  wanted: Platform | undefined,
  signal?: AbortSignal,
): Promise<Descriptor> {
  const listed = await listImages(source, index, signal);
  const present: Descriptor[] = [];
  for (const image of listed) if (!(await isMissing(source, image))) present.push(image);
  if (listed.length === 0)
    throw new AssayError('MANIFEST_UNSUPPORTED', `the index ${source.name} holds no container image`);

  const candidates = await withPlatforms(source, present, signal);
  const [only] = candidates;
  if (candidates.length === 1 && only?.platform === undefined && only !== undefined) {
    const platform = await peekPlatform(source, only.descriptor, signal);
    if (wanted === undefined || (platform !== undefined && platformFit(wanted, platform) > 0)) return only.descriptor;
  }
  const chosen =
    wanted === undefined
      ? (best(candidates, hostPlatform()) ?? candidates.find(({ platform }) => platform?.os === 'linux'))
      : best(candidates, wanted);
  if (chosen !== undefined) return chosen.descriptor;
  const wish = formatPlatform(wanted ?? { os: 'linux', architecture: 'any' });
  const what = candidates.length === 0 ? 'none of the images it lists' : shown(candidates);
  throw new AssayError('PLATFORM_NOT_FOUND', `${source.name} has no image for ${wish}; it has: ${what}`);
}
