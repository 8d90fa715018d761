import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { DataVersion } from '@assay/contract';
import { DataFile, endOfIndex } from './data-file.ts';
import { writeDescription } from './data-writer.ts';
import { type Exploits, findExploits, writeExploits } from './exploits.ts';
import { type DataDescription, damaged, pageSize, preambleSize } from './format.ts';
import { versionOf } from './open-data.ts';
import { OutputFile } from './output-file.ts';

const chunk = 1024 * 1024;

/**
 * Copies a data file to its place, every byte checked, with what is known of exploitation: `news`, else what the file itself says, else what
 * the file before it said. The lock is the caller's. Throws DB_MISSING, DB_INVALID, DB_NEWER, CACHE_UNWRITABLE.
 */
export async function rewriteData(
  from: string,
  output: string,
  news: Exploits,
  pause: () => Promise<void>,
): Promise<DataVersion> {
  const file = DataFile.open(from);
  let out: OutputFile | undefined;
  try {
    const { description } = file;
    out = new OutputFile(output);
    out.write(Buffer.alloc(preambleSize));
    out.digest();
    const hash = createHash('sha256');
    const end = endOfIndex(description.index);
    for (let at = preambleSize; at < end; at += chunk) {
      const bytes = file.read(at, Math.min(chunk, end - at));
      hash.update(bytes);
      out.write(bytes);
      await pause();
    }
    if (hash.digest('hex') !== description.digest) throw damaged(from);
    checkExploits(file, description);
    const known = { ...findExploits(output), ...findExploits(from), ...news };
    const { exploits: _, ...rest } = description;
    const exploits = writeExploits(out, known);
    const written: DataDescription = { ...rest, ...(exploits !== undefined && { exploits }) };
    writeDescription(out, written);
    out.commit();
    return versionOf(written);
  } finally {
    out?.discard();
    file.close();
  }
}

function checkExploits(file: DataFile, { exploits }: DataDescription): void {
  if (exploits === undefined) return;
  const bytes = file.read(exploits.offset, exploits.length);
  if (createHash('sha256').update(bytes).digest('hex') !== exploits.digest) throw damaged(file.path);
  for (let at = exploits.index.offset; at < endOfIndex(exploits.index); at += pageSize) {
    const page = file.read(at, pageSize);
    if (crc32(page.subarray(4)) !== page.readUInt32LE(0)) throw damaged(file.path);
  }
}
