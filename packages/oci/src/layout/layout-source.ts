import { AssayError } from '@assay/contract';
import type { Descriptor, ReferrerSource } from '../content-source.ts';
import {
  findText,
  isObject,
  manifestLimit,
  member,
  parseDescriptors,
  parseObject,
  readObject,
  toReferrerEntry,
} from '../document.ts';
import type { LocalFiles } from '../local-files.ts';
import { isForeignLayer, isManifestType, mediaTypes } from '../media-types.ts';
import { digestOf } from '../verified.ts';
import { blobPath, readSmall } from './blob-files.ts';
import { chooseEntry, type LayoutIndex } from './choose-entry.ts';

const indexPath = 'index.json';
const entryLimit = 10_000;
/** Manifests opened to learn what they refer to. */
const referrerLimit = 1_000;

async function readIndex(files: LocalFiles): Promise<LayoutIndex> {
  const bytes = await readSmall(files, indexPath, manifestLimit);
  if (bytes === undefined) throw new AssayError('LAYOUT_INVALID', `${files.name} has no ${indexPath}`);
  const marker = await readSmall(files, 'oci-layout', 64 * 1024);
  const version =
    marker === undefined ? '1' : findText(parseObject(marker, `${files.name}: oci-layout`), 'imageLayoutVersion');
  if (version === undefined || !/^1(\.|$)/.test(version)) {
    throw new AssayError(
      'LAYOUT_INVALID',
      `${files.name} is a layout of version ${JSON.stringify(version ?? '')}; 1.0.0 is understood`,
    );
  }
  const document = parseObject(bytes, `${files.name}: ${indexPath}`);
  const entries = parseDescriptors(member(document, 'manifests'), `${files.name}: manifests`, entryLimit);
  return { bytes, digest: digestOf(bytes), entries };
}

/** A layout, wherever its files are, as a source of the one image that `selector` names. Closes `files` when it cannot be opened. */
export async function layoutSource(files: LocalFiles, selector?: string): Promise<ReferrerSource> {
  try {
    const index = await readIndex(files);
    const chosen = await chooseEntry(files, index, selector);
    return new LayoutSource(files, index, chosen, selector);
  } catch (error) {
    await files.close();
    throw error;
  }
}

class LayoutSource implements ReferrerSource {
  readonly name: string;
  readonly #files: LocalFiles;
  readonly #index: LayoutIndex;
  readonly #chosen: Descriptor;

  constructor(files: LocalFiles, index: LayoutIndex, chosen: Descriptor, selector: string | undefined) {
    this.name = `${files.name}${selector ?? ''}`;
    this.#files = files;
    this.#index = index;
    this.#chosen = chosen;
  }

  resolve(): Promise<Descriptor> {
    return Promise.resolve(this.#chosen);
  }

  async has(what: Descriptor): Promise<boolean> {
    return what.digest === this.#index.digest || (await this.#files.findSize(blobPath(what.digest))) !== undefined;
  }

  async *fetch(what: Descriptor, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    // The layout's own list stands beside the blobs, not among them.
    if (what.digest === this.#index.digest && what.mediaType === mediaTypes.ociIndex) {
      yield this.#index.bytes;
      return;
    }
    if (isForeignLayer(what.mediaType) && !(await this.has(what))) {
      throw new AssayError(
        'LAYER_UNSUPPORTED',
        `layer ${what.digest} lies with its publisher and is not in ${this.name}`,
        {
          hint: 'Copy the image with its non-distributable layers.',
        },
      );
    }
    yield* this.#files.read(blobPath(what.digest), signal);
  }

  /** A layout has no list of referrers: the manifests it lists are looked at, as many as are bounded. */
  async *referrers(subject: Descriptor, artifactType?: string, signal?: AbortSignal): AsyncGenerator<Descriptor> {
    let looked = 0;
    for (const entry of this.#index.entries) {
      if (!isManifestType(entry.mediaType) || entry.digest === subject.digest) continue;
      signal?.throwIfAborted();
      looked += 1;
      if (looked > referrerLimit)
        throw new AssayError('LIMIT_EXCEEDED', `${this.name} lists more than ${referrerLimit} manifests`);
      if (!(await this.has(entry))) continue;
      const document = await readObject(this, entry, manifestLimit, signal);
      const named = member(document, 'subject');
      if (!isObject(named) || member(named, 'digest') !== subject.digest) continue;
      const found = toReferrerEntry(entry, document);
      if (artifactType === undefined || found.artifactType === artifactType) yield found;
    }
  }

  close(): Promise<void> {
    return this.#files.close();
  }
}
