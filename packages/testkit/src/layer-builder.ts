import { createHash } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type Digest, parseDigest } from '@assay/contract';
import type { ContentSource, Descriptor } from '@assay/oci';

/** One entry of a layer's tar. */
export interface LayerEntry {
  readonly path: string;
  /** Type flag of POSIX ustar: `0` file, `1` hard link, `2` symbolic link, `3` character device, `5` folder, `6` pipe; `\0` as v7 wrote. */
  readonly type: string;
  readonly content?: Uint8Array;
  readonly linkTarget?: string;
  readonly mode?: number;
  /** Written into the header in place of the content's length. */
  readonly size?: number;
}

export function file(path: string, content: string | Uint8Array, mode = 0o644): LayerEntry {
  return { path, type: '0', content: Buffer.from(content), mode };
}

export function folder(path: string): LayerEntry {
  return { path: path.endsWith('/') ? path : `${path}/`, type: '5', mode: 0o755 };
}

export function symlink(path: string, linkTarget: string): LayerEntry {
  return { path, type: '2', linkTarget, mode: 0o777 };
}

export function hardlink(path: string, linkTarget: string): LayerEntry {
  return { path, type: '1', linkTarget };
}

export function device(path: string): LayerEntry {
  return { path, type: '3' };
}

/** Removes a path of lower layers. */
export function whiteout(path: string): LayerEntry {
  const slash = path.lastIndexOf('/') + 1;
  return file(`${path.slice(0, slash)}.wh.${path.slice(slash)}`, '');
}

/** Hides what lower layers have in a folder; `''` is the root. */
export function opaque(path: string): LayerEntry {
  return file(path === '' ? '.wh..wh..opq' : `${path}/.wh..wh..opq`, '');
}

/** How names that do not fit into the header are written, and which magic it has. */
export type TarFormat = 'pax' | 'gnu' | 'v7';

/** A tar archive with its end marker. */
export function layerTar(entries: readonly LayerEntry[], format: TarFormat = 'pax'): Buffer {
  return Buffer.concat([...entries.flatMap((entry) => tarEntry(entry, format)), Buffer.alloc(1024)]);
}

/** One entry with its headers and padding. Source: POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format". */
export function tarEntry(entry: LayerEntry, format: TarFormat = 'pax'): Buffer[] {
  const path = Buffer.from(entry.path);
  const target = Buffer.from(entry.linkTarget ?? '');
  const long: Buffer[] = [];
  if (format === 'gnu') {
    if (path.length > 100) long.push(...extended('L', '././@LongLink', Buffer.concat([path, Buffer.alloc(1)]), format));
    if (target.length > 100)
      long.push(...extended('K', '././@LongLink', Buffer.concat([target, Buffer.alloc(1)]), format));
  } else if (path.length > 100 || target.length > 100) {
    const records: Record<string, Buffer> = {};
    if (path.length > 100) records.path = path;
    if (target.length > 100) records.linkpath = target;
    long.push(...paxHeader(records));
  }
  const content = Buffer.from(entry.content ?? []);
  return [
    ...long,
    tarHeader({ ...entry, size: entry.size ?? content.length }, format),
    content,
    padding(content.length),
  ];
}

/** A pax header that speaks of the next entry. */
export function paxHeader(records: Readonly<Record<string, string | Uint8Array>>, type: 'x' | 'g' = 'x'): Buffer[] {
  const lines = Object.entries(records).map(([key, value]) => paxRecord(key, Buffer.from(value)));
  return extended(type, 'PaxHeaders/x', Buffer.concat(lines), 'pax');
}

function paxRecord(key: string, value: Uint8Array): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')]);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length++;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function extended(type: string, path: string, content: Buffer, format: TarFormat): Buffer[] {
  return [tarHeader({ path, type, size: content.length }, format), content, padding(content.length)];
}

export function padding(length: number): Buffer {
  return Buffer.alloc((512 - (length % 512)) % 512);
}

/** One block with a right checksum. */
export function tarHeader(entry: LayerEntry, format: TarFormat = 'pax'): Buffer {
  const block = Buffer.alloc(512);
  block.set(Buffer.from(entry.path).subarray(0, 100), 0);
  block.write(`${(entry.mode ?? 0o644).toString(8).padStart(7, '0')}\0`, 100);
  block.write('0000000\x000000000\0', 108);
  block.write(`${(entry.size ?? 0).toString(8).padStart(11, '0')}\0`, 124);
  block.write('00000000000\0', 136);
  block.write(entry.type, 156, 'latin1');
  block.set(Buffer.from(entry.linkTarget ?? '').subarray(0, 100), 157);
  if (format === 'pax') block.write('ustar\x0000', 257, 'latin1');
  else if (format === 'gnu') block.write('ustar  \0', 257, 'latin1');
  return withChecksum(block);
}

/** Writes the checksum of a header that was changed by hand. */
export function withChecksum(block: Buffer): Buffer {
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

export type LayerPacking = 'gzip' | 'zstd' | 'plain';

/** Layers in memory, ready to be read. */
export interface LayeredImage {
  readonly source: ContentSource;
  /** Lowest first. */
  readonly layers: readonly Descriptor[];
  /** Digests of the uncompressed layers. */
  readonly diffIds: readonly Digest[];
}

/** An image of uncompressed tars, lowest first. */
export function layeredImage(tars: readonly Uint8Array[], packing: LayerPacking = 'gzip'): LayeredImage {
  return { ...layersOf(tars.map((tar) => pack(tar, packing))), diffIds: tars.map(sha256) };
}

/** Blobs as the layers of an image, whatever they are. The media type says gzip, as it often does wrongly. */
export function layersOf(blobs: readonly Uint8Array[]): Pick<LayeredImage, 'source' | 'layers'> {
  const byDigest = new Map(blobs.map((bytes) => [sha256(bytes), bytes]));
  const layers = blobs.map((bytes) => ({
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    digest: sha256(bytes),
    size: bytes.byteLength,
  }));
  return { layers, source: memorySource(byDigest) };
}

function memorySource(blobs: ReadonlyMap<Digest, Uint8Array>): ContentSource {
  return {
    name: 'memory',
    resolve: () => Promise.reject(new Error('the layers stand alone')),
    async *fetch(what, signal) {
      const bytes = blobs.get(what.digest);
      if (bytes === undefined) throw new Error(`no such blob: ${what.digest}`);
      for (let at = 0; at < bytes.byteLength; at += 64 * 1024) {
        signal?.throwIfAborted();
        yield bytes.subarray(at, at + 64 * 1024);
      }
    },
    close: () => Promise.resolve(),
  };
}

function pack(bytes: Uint8Array, packing: LayerPacking): Uint8Array {
  if (packing === 'plain') return bytes;
  return packing === 'gzip' ? gzipSync(bytes) : zstdCompressSync(bytes);
}

function sha256(bytes: Uint8Array): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
}
