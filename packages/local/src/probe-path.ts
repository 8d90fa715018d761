import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PathKind } from '@assay/pipeline';

/** What lies at a path, told by its first bytes and never by its name. Source: tar(5), RFC 1952, RFC 8878, OCI image-layout.md. */
export async function probePath(path: string): Promise<PathKind | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  if (found.isDirectory())
    return (await isFile(join(path, 'oci-layout'))) || (await isFile(join(path, 'index.json')))
      ? 'layout'
      : 'directory';
  if (!found.isFile()) return 'file';
  return kindOfHead(await readHead(path));
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

const headBytes = 4096;

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
  // What cannot be read is called a file here; whoever opens it says why.
  if (file === undefined) return Buffer.alloc(0);
  try {
    const head = Buffer.alloc(headBytes);
    const { bytesRead } = await file.read(head, 0, headBytes, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** What a file is, by its first bytes. Compressed files are archives: compressed SBOMs are not read. */
export function kindOfHead(head: Buffer): PathKind {
  if (head.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b]))) return 'archive';
  if (head.subarray(0, 4).equals(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))) return 'archive';
  if (head.length >= 512 && head.subarray(257, 262).toString('latin1') === 'ustar') return 'archive';
  const text = head
    .toString('utf8')
    .replace(/^[\uFEFF\uFFFD]+/, '')
    .replaceAll('\0', '')
    .trimStart();
  if (text.startsWith('{')) return 'sbom';
  if (/^<(?:\?xml|!--|bom|[\w.-]+:bom)/.test(text)) return 'sbom';
  if (/^(?:#[^\n]*\n\s*)*SPDXVersion\s*:/.test(text)) return 'sbom';
  return 'file';
}
