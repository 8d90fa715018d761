import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Digest, parseDigest } from '@assay/contract';
import type { ContentSource, Descriptor } from '../src/content-source.ts';

export function sha256(bytes: Uint8Array): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
}

/** One entry of a tar: a file's bytes, or where a link leads. */
export type TarEntry = readonly [
  name: string,
  content: Uint8Array | string | { readonly symlink: string } | { readonly hardlink: string },
];

function octal(value: number, length: number): string {
  return `${value.toString(8).padStart(length - 1, '0')}\0`;
}

function header(name: string, size: number, type: string, link: string): Buffer {
  const block = Buffer.alloc(512);
  block.write(name.slice(0, 100), 0);
  block.write(octal(0o644, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(0, 12), 136);
  block.write('        ', 148);
  block.write(type, 156);
  block.write(link.slice(0, 100), 157);
  block.write('ustar\0', 257);
  block.write('00', 263);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** A tar archive as POSIX ustar describes it; long names in a pax header. */
export function tar(entries: readonly TarEntry[]): Buffer {
  const parts: Buffer[] = [];
  const add = (name: string, type: string, link: string, data: Buffer) => {
    parts.push(header(name, data.byteLength, type, link), data, Buffer.alloc((512 - (data.byteLength % 512)) % 512));
  };
  for (const [name, content] of entries) {
    if (name.length > 100) {
      const record = ` path=${name}\n`;
      const length = record.length + String(record.length + 3).length;
      add('pax', 'x', '', Buffer.from(`${length}${record}`));
    }
    if (typeof content === 'string' || content instanceof Uint8Array) add(name, '0', '', Buffer.from(content));
    else if ('symlink' in content) add(name, '2', content.symlink, Buffer.alloc(0));
    else add(name, '1', content.hardlink, Buffer.alloc(0));
  }
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

export interface ImageSettings {
  readonly architecture?: string;
  readonly os?: string;
  readonly variant?: string;
  /** Plain tars, lowest first. */
  readonly layers?: readonly Uint8Array[];
  readonly labels?: Readonly<Record<string, string>>;
}

export interface BuiltImage {
  readonly manifest: Descriptor;
  readonly manifestBytes: Uint8Array;
  readonly config: Descriptor;
  readonly configBytes: Uint8Array;
  readonly layers: readonly Descriptor[];
  readonly plainLayers: readonly Uint8Array[];
  readonly diffIds: readonly Digest[];
  /** Everything by digest, the manifest included. */
  readonly blobs: ReadonlyMap<Digest, Uint8Array>;
}

export function describeBytes(bytes: Uint8Array, mediaType: string): Descriptor {
  return { mediaType, digest: sha256(bytes), size: bytes.byteLength };
}

export function jsonBytes(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** A small image with gzip layers. */
export function buildImage(settings: ImageSettings = {}): BuiltImage {
  const { architecture = 'amd64', os = 'linux', variant, labels = { maintainer: 'me' } } = settings;
  const plainLayers = settings.layers ?? [
    tar([['etc/os-release', 'ID=debian\n']]),
    tar([['app/one.txt', 'one'.repeat(5000)]]),
  ];
  const diffIds = plainLayers.map(sha256);
  const packed = plainLayers.map((layer) => gzipSync(layer));
  const layers = packed.map((bytes) => describeBytes(bytes, 'application/vnd.oci.image.layer.v1.tar+gzip'));
  const configBytes = jsonBytes({
    created: '2026-01-02T03:04:05Z',
    architecture,
    os,
    ...(variant !== undefined && { variant }),
    config: { Labels: labels },
    rootfs: { type: 'layers', diff_ids: diffIds },
  });
  const config = describeBytes(configBytes, 'application/vnd.oci.image.config.v1+json');
  const manifestBytes = jsonBytes({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config,
    layers,
  });
  const manifest = describeBytes(manifestBytes, 'application/vnd.oci.image.manifest.v1+json');
  const blobs = new Map<Digest, Uint8Array>([
    [config.digest, configBytes],
    [manifest.digest, manifestBytes],
    ...packed.map((bytes): [Digest, Uint8Array] => [sha256(bytes), bytes]),
  ]);
  return { manifest, manifestBytes, config, configBytes, layers, plainLayers, diffIds, blobs };
}

/** The files of an OCI layout that lists the descriptors. */
export function layoutFiles(entries: readonly unknown[], blobs: ReadonlyMap<Digest, Uint8Array>): readonly TarEntry[] {
  return [
    ['oci-layout', '{"imageLayoutVersion":"1.0.0"}'],
    [
      'index.json',
      jsonBytes({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: entries }),
    ],
    ...[...blobs].map(([digest, bytes]): TarEntry => [`blobs/${digest.replace(':', '/')}`, bytes]),
  ];
}

/** The files `docker save` wrote before release 25. */
export function dockerSaveFiles(image: BuiltImage, names: readonly string[]): readonly TarEntry[] {
  const config = `${image.config.digest.slice(7)}.json`;
  const paths = image.diffIds.map((digest) => `${digest.slice(7)}/layer.tar`);
  return [
    ...image.plainLayers.map((layer, at): TarEntry => [paths[at] ?? '', layer]),
    [config, image.configBytes],
    ['manifest.json', jsonBytes([{ Config: config, RepoTags: names, Layers: paths }])],
  ];
}

/** Writes plain files of a tar's list into a folder. */
export async function writeFiles(folder: string, files: readonly TarEntry[]): Promise<string> {
  for (const [name, content] of files) {
    if (typeof content !== 'string' && !(content instanceof Uint8Array)) continue;
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** A source in memory. */
export function memorySource(root: Descriptor, blobs: ReadonlyMap<Digest, Uint8Array>, name = 'test'): ContentSource {
  return {
    name,
    resolve: () => Promise.resolve(root),
    async *fetch(what) {
      const bytes = blobs.get(what.digest);
      if (bytes === undefined) throw new Error(`the test has no ${what.digest}`);
      yield bytes;
    },
    close: () => Promise.resolve(),
  };
}
