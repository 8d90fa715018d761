import { AssayError } from '@assay/contract';
import { readBytes } from '@assay/local';
import { plainText } from '@assay/output';
import { exitCodeOf } from '@assay/pipeline';
import { validateDocument } from '@assay/sbom';
import type { World } from '../world.ts';

const maxBytes = 256 * 1024 * 1024;
const mostShown = 50;

/** `assay sbom validate FILE`: 0 when the document keeps its specification, 3 when it breaks it. */
export async function validateSbom(world: World, path: string, words: { readonly json?: boolean }): Promise<number> {
  const judged = await validateDocument(await readWhole(path === '-' ? world.stdin : readBytes(path), path));
  const { format, version, encoding, problems } = judged;
  const valid = problems.length === 0;
  if (words.json === true) {
    await world.stdout.write(
      `${JSON.stringify({ file: path, format, version, encoding, valid, problems }, null, 2)}\n`,
    );
  } else {
    const name = `${plainText(path)}: ${format === 'cyclonedx' ? 'CycloneDX' : 'SPDX'} ${version} ${encoding}`;
    const lines = problems.slice(0, mostShown).map(({ at, why }) => `  ${plainText(at)}: ${plainText(why)}`);
    if (problems.length > mostShown) lines.push(`  … and ${problems.length - mostShown} more; all with --json`);
    await world.stdout.write(
      [
        valid ? `${name}, valid` : `${name}, ${problems.length} ${problems.length === 1 ? 'fault' : 'faults'}`,
        ...lines,
        '',
      ].join('\n'),
    );
  }
  return exitCodeOf([valid ? 'clean' : 'violating']);
}

async function readWhole(bytes: AsyncIterable<Uint8Array>, path: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of bytes) {
    size += part.length;
    if (size > maxBytes) throw new AssayError('LIMIT_EXCEEDED', `${path} has more than the limit of ${maxBytes} bytes`);
    parts.push(part);
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}
