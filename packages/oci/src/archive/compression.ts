/** How bytes are packed, told by how they begin. Sources: RFC 1952, RFC 8878, and the formats' own descriptions. */
export type Compression = 'gzip' | 'zstd' | 'bzip2' | 'xz';

const magics: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
];

/** Frames to be passed over, which parallel writers of zstd put first. Source: RFC 8878 §3.1.2. */
function isSkippableFrame(head: Uint8Array): boolean {
  return ((head[0] ?? 0) & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18;
}

/** The compression whose magic the bytes begin with. */
export function findCompression(head: Uint8Array): Compression | undefined {
  if (isSkippableFrame(head)) return 'zstd';
  return magics.find(([, magic]) => magic.every((byte, at) => head[at] === byte))?.[0];
}
